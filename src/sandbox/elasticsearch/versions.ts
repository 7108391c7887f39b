/** The versions that the stand-in can pass for, and what differs between them at the door. */
export const versions = {
  '9.x': {
    number: '9.5.3',
    lucene: '10.5.1',
    wire: '8.19.0',
    indexCompatibility: '8.0.0',
    indexCreated: '9111000',
    /** Media type versions that it accepts. */
    compatible: [9, 8],
    contentType: 'application/json',
    hash: '367ec317ec5f668dd864d41be06052a567102fec',
    date: '2026-09-01T16:11:59.322249404Z',
  },
  '8.19': {
    number: '8.19.2',
    lucene: '9.12.2',
    wire: '7.17.0',
    indexCompatibility: '7.0.0',
    indexCreated: '8536000',
    compatible: [8, 7],
    contentType: 'application/json',
    hash: '0000000000000000000000000000000000000000',
    date: '2025-08-18T13:22:33.000000000Z',
  },
  '7.17': {
    number: '7.17.29',
    lucene: '8.11.3',
    wire: '6.8.0',
    indexCompatibility: '6.0.0-beta1',
    indexCreated: '7172999',
    /** It takes any, and always answers in plain JSON. */
    compatible: [],
    contentType: 'application/json; charset=UTF-8',
    hash: '580aff1a0064ce4c93293aaab6fcc55e22c10d1c',
    date: '2025-06-19T01:37:57.847711500Z',
  },
} as const

export type EsVersion = keyof typeof versions
export type VersionFacts = (typeof versions)[EsVersion]
