export { createStrimziTarget, type StrimziOptions } from './target.ts'
