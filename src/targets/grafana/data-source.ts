/** A data source for one index of Elasticsearch, to and from what Grafana keeps. */
import { type Desired, type Observed, ownerHashIn } from '../../plan/index.ts'
import type { DataSourceAnswer } from './answers.ts'

/** `ca`: PEM certificates that Grafana is to trust for Elasticsearch. */
export function dataSourceBody(desired: Desired<'DataSource'>, login: { username: string; password: string } | undefined, ca: string | undefined) {
  const { uid, title, url, index, timeField } = desired.spec
  const secureJsonData = { ...(login ? { basicAuthPassword: login.password } : {}), ...(ca === undefined ? {} : { tlsCACert: ca }) }
  return {
    uid,
    name: title,
    type: 'elasticsearch',
    access: 'proxy',
    url,
    basicAuth: login !== undefined,
    ...(login ? { basicAuthUser: login.username } : {}),
    ...(Object.keys(secureJsonData).length > 0 ? { secureJsonData } : {}),
    jsonData: { index, timeField, maxConcurrentShardRequests: 5, ...(ca === undefined ? {} : { tlsAuthWithCACert: true }) },
  }
}

export function observedDataSource(answer: DataSourceAnswer): Observed<'DataSource'> {
  const ownerHash = ownerHashIn(answer.uid)
  const text = (key: string): string => (typeof answer.jsonData?.[key] === 'string' ? answer.jsonData[key] : '')
  return {
    id: `DataSource/${answer.uid}`,
    kind: 'DataSource',
    name: answer.name,
    ...(ownerHash ? { ownerHash } : {}),
    spec: {
      uid: answer.uid,
      title: answer.name,
      url: answer.url ?? '',
      // Before Grafana 10.1 the index stood in `database`.
      index: text('index') || (answer.database ?? ''),
      timeField: text('timeField'),
    },
    backendId: answer.uid,
    ...(answer.type === 'elasticsearch'
      ? { health: 'Ready' as const }
      : { health: 'Failed' as const, reason: 'Failed', message: `It is of type ${answer.type}` }),
  }
}
