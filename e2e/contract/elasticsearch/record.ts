/** Records the answers of a real server: `node e2e/contract/elasticsearch/record.ts http://127.0.0.1:9200 9.5`. The server must be empty. */
import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { ask } from './ask.ts'
import { randomRequests } from './random-requests.ts'
import { requests } from './requests.ts'

const [url, version] = process.argv.slice(2)
if (url === undefined || version === undefined) throw new Error('give the address of an empty Elasticsearch, and its version')
// The random ones go their own way through an empty server of the newest version.
const asked = version.endsWith('-random') ? randomRequests() : requests
const answers = []
for (const request of asked) answers.push(await ask(url, request))
writeFileSync(new URL(`../../../test/data/elasticsearch-${version}.json.gz`, import.meta.url), gzipSync(JSON.stringify(answers), { level: 9 }))
