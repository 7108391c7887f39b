import assert from 'node:assert/strict'
import { dateFormat } from '../../../src/sandbox/elasticsearch/date-format.ts'
import { parseDateMath } from '../../../src/sandbox/elasticsearch/date-math.ts'
import { addUnits, floorTo, zoneOf } from '../../../src/sandbox/elasticsearch/time.ts'

const at = (iso: string) => Date.parse(iso)
const NOW = at('2024-03-15T13:45:30.500Z')

describe('date formats', () => {
  const cases: [format: string, text: string, expected: string | undefined][] = [
    ['strict_date_optional_time||epoch_millis', '2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['strict_date_optional_time||epoch_millis', '2023-02-29', undefined],
    ['strict_date_optional_time||epoch_millis', '2024-02-29T10:11', '2024-02-29T10:11:00.000Z'],
    ['strict_date_optional_time||epoch_millis', '2024-02-29T10:11:12.345678+02:00', '2024-02-29T08:11:12.345Z'],
    ['strict_date_optional_time||epoch_millis', '1709201472000', '2024-02-29T10:11:12.000Z'],
    ['strict_date_optional_time||epoch_millis', '29.02.2024', undefined],
    ['epoch_second', '1709201472', '2024-02-29T10:11:12.000Z'],
    ['dd/MMM/yyyy:HH:mm:ss Z', '29/Feb/2024:10:11:12 +0100', '2024-02-29T09:11:12.000Z'],
    ['yyyy-MM-dd HH:mm:ss', '2024-02-29 10:11:12', '2024-02-29T10:11:12.000Z'],
    ['yyyy-MM-dd HH:mm:ss', '2024-02-29T10:11:12', undefined],
    ["yyyy-MM-dd'T'HH:mm", '2024-02-29T10:11', '2024-02-29T10:11:00.000Z'],
    ['basic_date', '20240229', '2024-02-29T00:00:00.000Z'],
  ]
  for (const [format, text, expected] of cases) {
    it(`${format} reads ${text} as ${expected}`, () => {
      assert.equal(dateFormat(format)?.parse(text), expected === undefined ? undefined : at(expected))
    })
  }

  it('prints in a zone', () => {
    const berlin = zoneOf('Europe/Berlin')
    assert.equal(dateFormat('strict_date_optional_time')?.print(NOW, berlin), '2024-03-15T14:45:30.500+01:00')
    assert.equal(dateFormat('yyyy-MM-dd HH:mm')?.print(NOW, berlin), '2024-03-15 14:45')
    assert.equal(dateFormat('epoch_millis')?.print(NOW), String(NOW))
  })

  it('knows what is no format', () => assert.equal(dateFormat('nosuch!pattern'), undefined))
})

describe('date math', () => {
  const format = dateFormat('strict_date_optional_time||epoch_millis')
  assert.ok(format)
  const cases: [text: string, roundUp: boolean, expected: string | undefined][] = [
    ['now', false, '2024-03-15T13:45:30.500Z'],
    ['now-5m', false, '2024-03-15T13:40:30.500Z'],
    ['now-1d/d', false, '2024-03-14T00:00:00.000Z'],
    ['now/d', true, '2024-03-15T23:59:59.999Z'],
    ['now+1M', false, '2024-04-15T13:45:30.500Z'],
    ['2024-01-31||+1M', false, '2024-02-29T00:00:00.000Z'],
    ['2024-01-31||/w', false, '2024-01-29T00:00:00.000Z'],
    ['2024-01', true, '2024-01-31T23:59:59.999Z'],
    ['now-5q', false, undefined],
    ['rubbish', false, undefined],
  ]
  for (const [text, roundUp, expected] of cases) {
    it(`${text}${roundUp ? ' rounded up' : ''} is ${expected}`, () => {
      assert.equal(parseDateMath(text, format, { now: NOW, roundUp }), expected === undefined ? undefined : at(expected))
    })
  }
})

describe('calendar', () => {
  const berlin = zoneOf('Europe/Berlin')
  assert.ok(berlin)
  it('floors to local days over a change of the clock', () => {
    assert.equal(floorTo(at('2024-03-31T12:00:00Z'), 'day', berlin), at('2024-03-30T23:00:00Z'))
    assert.equal(floorTo(at('2024-04-01T12:00:00Z'), 'day', berlin), at('2024-03-31T22:00:00Z'))
    assert.equal(addUnits(at('2024-03-30T23:00:00Z'), 1, 'day', berlin), at('2024-03-31T22:00:00Z'))
  })
  it('floors to quarters, months, weeks', () => {
    assert.equal(floorTo(NOW, 'quarter', berlin), at('2023-12-31T23:00:00Z'))
    assert.equal(floorTo(NOW, 'month', berlin), at('2024-02-29T23:00:00Z'))
    assert.equal(floorTo(NOW, 'week', berlin), at('2024-03-10T23:00:00Z'))
  })
  it('knows no zone of that name', () => assert.equal(zoneOf('Mars/Olympus'), undefined))
})
