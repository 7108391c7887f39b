/** One folder per backend; a new backend is one new folder and one line here. */
export type * from './target.ts'
