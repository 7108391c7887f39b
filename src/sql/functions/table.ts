/**
 * Every function of ksqlDB 7.9 as DESCRIBE FUNCTION shows it: a heading a kind and category, then a line a function with
 * its variations in the order in which the server lists them. `...` marks a parameter that repeats; T, S, K, V, R are any
 * type, the same one wherever the letter stands.
 */
export const FUNCTION_TABLE = `
# aggregate AGGREGATE
ATTR (T val1): T
AVG (DOUBLE val1): DOUBLE | (INT val1): DOUBLE | (BIGINT val1): DOUBLE
COLLECT_LIST (T val1): ARRAY<T>
COLLECT_SET (T val1): ARRAY<T>
CORRELATION (DOUBLE val1, DOUBLE val2): DOUBLE | (INT val1, INT val2): DOUBLE | (BIGINT val1, BIGINT val2): DOUBLE
COUNT (T val1): BIGINT
COUNT_DISTINCT (T val1): BIGINT
EARLIEST_BY_OFFSET (T val1): T | (T val1, INT earliestN): ARRAY<T> | (T val1, INT earliestN, BOOLEAN ignoreNulls): ARRAY<T> | (T val1, BOOLEAN ignoreNulls): T
HISTOGRAM (VARCHAR val1): MAP<VARCHAR, BIGINT>
LATEST_BY_OFFSET (T val1): T | (T val1, INT latestN): ARRAY<T> | (T val1, INT latestN, BOOLEAN ignoreNulls): ARRAY<T> | (T val1, BOOLEAN ignoreNulls): T
MAX (DECIMAL val1): DECIMAL | (DOUBLE val1): DOUBLE | (INT val1): INT | (BIGINT val1): BIGINT | (VARCHAR val1): VARCHAR | (TIMESTAMP val1): TIMESTAMP | (TIME val1): TIME | (DATE val1): DATE | (BYTES val1): BYTES
MIN (DECIMAL val1): DECIMAL | (DOUBLE val1): DOUBLE | (INT val1): INT | (BIGINT val1): BIGINT | (VARCHAR val1): VARCHAR | (TIMESTAMP val1): TIMESTAMP | (TIME val1): TIME | (DATE val1): DATE | (BYTES val1): BYTES
STDDEV_SAMP (DOUBLE val1): DOUBLE | (INT val1): DOUBLE | (BIGINT val1): DOUBLE
STDDEV_SAMPLE (DOUBLE val1): DOUBLE | (INT val1): DOUBLE | (BIGINT val1): DOUBLE
SUM (DECIMAL val1): DECIMAL | (DOUBLE val1): DOUBLE | (INT val1): INT | (BIGINT val1): BIGINT
SUM_LIST (ARRAY<DOUBLE> val1): DOUBLE | (ARRAY<INT> val1): INT | (ARRAY<BIGINT> val1): BIGINT
TOPK (DOUBLE val1, ANY... val2, INT k): ARRAY<S> | (INT val1, ANY... val2, INT k): ARRAY<S> | (BIGINT val1, ANY... val2, INT k): ARRAY<S> | (VARCHAR val1, ANY... val2, INT k): ARRAY<S>
TOPKDISTINCT (BIGINT val1, INT k): ARRAY<BIGINT> | (INT val1, INT k): ARRAY<INT> | (DOUBLE val1, INT k): ARRAY<DOUBLE> | (DECIMAL val1, INT k): ARRAY<DECIMAL> | (BYTES val1, INT k): ARRAY<BYTES> | (DATE val1, INT k): ARRAY<DATE> | (TIME val1, INT k): ARRAY<TIME> | (TIMESTAMP val1, INT k): ARRAY<TIMESTAMP> | (VARCHAR val1, INT k): ARRAY<VARCHAR>
# scalar ARRAY
ARRAY_CONCAT (ARRAY<T> left, ARRAY<T> right): ARRAY<T>
ARRAY_CONTAINS (ARRAY<T> array, T val): BOOLEAN
ARRAY_DISTINCT (ARRAY<T> input): ARRAY<T>
ARRAY_EXCEPT (ARRAY<T> left, ARRAY<T> right): ARRAY<T>
ARRAY_INTERSECT (ARRAY<T> left, ARRAY<T> right): ARRAY<T>
ARRAY_JOIN (ARRAY<T> array): VARCHAR | (ARRAY<T> array, VARCHAR delimiter): VARCHAR
ARRAY_LENGTH (ARRAY<T> array): INT
ARRAY_MAX (ARRAY<T> input): T
ARRAY_MIN (ARRAY<T> input): T
ARRAY_REMOVE (ARRAY<T> array, T victim): ARRAY<T>
ARRAY_SORT (ARRAY<T> input): ARRAY<T> | (ARRAY<T> input, VARCHAR direction): ARRAY<T>
ARRAY_UNION (ARRAY<T> left, ARRAY<T> right): ARRAY<T>
GENERATE_SERIES (INT start, INT end): ARRAY<INT> | (BIGINT start, BIGINT end): ARRAY<BIGINT> | (INT start, INT end, INT step): ARRAY<INT> | (BIGINT start, BIGINT end, INT step): ARRAY<BIGINT>
SLICE (ARRAY<T> in, INT from, INT to): ARRAY<T>
# scalar CONDITIONAL
COALESCE (T first, T... others): T
IFNULL (T expression, T altValue): T
NULLIF (T expr1, T expr2): T
# scalar CONVERSIONS
BIGINT_FROM_BYTES (BYTES value): BIGINT | (BYTES value, VARCHAR byteOrder): BIGINT
DOUBLE_FROM_BYTES (BYTES value): DOUBLE | (BYTES value, VARCHAR byteOrder): DOUBLE
INT_FROM_BYTES (BYTES value): INT | (BYTES value, VARCHAR byteOrder): INT
# scalar DATE / TIME
CONVERT_TZ (TIMESTAMP timestamp, VARCHAR fromTimeZone, VARCHAR toTimeZone): TIMESTAMP
DATEADD (INTERVAL UNIT unit, INT interval, DATE date): DATE
DATESUB (INTERVAL UNIT unit, INT interval, DATE date): DATE
DATETOSTRING (INT epochDays, VARCHAR formatPattern): VARCHAR
FORMAT_DATE (DATE date, VARCHAR formatPattern): VARCHAR
FORMAT_TIME (TIME time, VARCHAR formatPattern): VARCHAR
FORMAT_TIMESTAMP (TIMESTAMP timestamp, VARCHAR formatPattern): VARCHAR | (TIMESTAMP timestamp, VARCHAR formatPattern, VARCHAR timeZone): VARCHAR
FROM_DAYS (INT days): DATE
FROM_UNIXTIME (BIGINT epochMilli): TIMESTAMP
PARSE_DATE (VARCHAR formattedDate, VARCHAR formatPattern): DATE
PARSE_TIME (VARCHAR formattedTime, VARCHAR formatPattern): TIME
PARSE_TIMESTAMP (VARCHAR formattedTimestamp, VARCHAR formatPattern): TIMESTAMP | (VARCHAR formattedTimestamp, VARCHAR formatPattern, VARCHAR timeZone): TIMESTAMP
STRINGTODATE (VARCHAR formattedDate, VARCHAR formatPattern): INT
STRINGTOTIMESTAMP (VARCHAR formattedTimestamp, VARCHAR formatPattern): BIGINT | (VARCHAR formattedTimestamp, VARCHAR formatPattern, VARCHAR timeZone): BIGINT
TIMEADD (INTERVAL UNIT unit, INT interval, TIME time): TIME
TIMESTAMPADD (INTERVAL UNIT unit, INT interval, TIMESTAMP timestamp): TIMESTAMP
TIMESTAMPSUB (INTERVAL UNIT unit, INT interval, TIMESTAMP timestamp): TIMESTAMP
TIMESTAMPTOSTRING (BIGINT epochMilli, VARCHAR formatPattern): VARCHAR | (BIGINT epochMilli, VARCHAR formatPattern, VARCHAR timeZone): VARCHAR
TIMESUB (INTERVAL UNIT unit, INT interval, TIME time): TIME
UNIX_DATE (): INT | (DATE date): INT
UNIX_TIMESTAMP (): BIGINT | (TIMESTAMP timestamp): BIGINT
# scalar JSON
EXTRACTJSONFIELD (VARCHAR input, VARCHAR path): VARCHAR
IS_JSON_STRING (VARCHAR input): BOOLEAN
JSON_ARRAY_CONTAINS (VARCHAR jsonArray, T val): BOOLEAN
JSON_ARRAY_LENGTH (VARCHAR jsonArray): INT
JSON_CONCAT (VARCHAR... jsonStrings): VARCHAR
JSON_ITEMS (VARCHAR jsonItems): ARRAY<VARCHAR>
JSON_KEYS (VARCHAR jsonObj): ARRAY<VARCHAR>
JSON_RECORDS (VARCHAR jsonObj): MAP<VARCHAR, VARCHAR>
TO_JSON_STRING (T input): VARCHAR
# scalar LAMBDA
FILTER (MAP<K, V> map, LAMBDA (K, V) => BOOLEAN biFunction): MAP<K, V> | (ARRAY<T> array, LAMBDA (T) => BOOLEAN function): ARRAY<T>
REDUCE (ARRAY<T> list, S initialState, LAMBDA (S, T) => S biFunction): S | (MAP<K, V> map, S initialState, LAMBDA (S, K, V) => S triFunction): S
TRANSFORM (MAP<K, V> map, LAMBDA (K, V) => R biFunction1, LAMBDA (K, V) => T biFunction2): MAP<R, T> | (ARRAY<T> array, LAMBDA (T) => R function): ARRAY<R>
# scalar MAP
AS_MAP (ARRAY<VARCHAR> keys, ARRAY<T> values): MAP<VARCHAR, T>
ENTRIES (MAP<VARCHAR, VARCHAR> map, BOOLEAN sorted): ARRAY<STRUCT<K VARCHAR, V VARCHAR>> | (MAP<VARCHAR, BIGINT> map, BOOLEAN sorted): ARRAY<STRUCT<K VARCHAR, V BIGINT>> | (MAP<VARCHAR, INT> map, BOOLEAN sorted): ARRAY<STRUCT<K VARCHAR, V INT>> | (MAP<VARCHAR, DOUBLE> map, BOOLEAN sorted): ARRAY<STRUCT<K VARCHAR, V DOUBLE>> | (MAP<VARCHAR, BOOLEAN> map, BOOLEAN sorted): ARRAY<STRUCT<K VARCHAR, V BOOLEAN>>
MAP_KEYS (MAP<VARCHAR, T> input): ARRAY<VARCHAR>
MAP_UNION (MAP<VARCHAR, T> map1, MAP<VARCHAR, T> map2): MAP<VARCHAR, T>
MAP_VALUES (MAP<VARCHAR, T> input): ARRAY<T>
# scalar MATHEMATICAL
ABS (DECIMAL val): DECIMAL | (DOUBLE val): DOUBLE | (INT val): INT | (BIGINT val): BIGINT
ACOS (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
ASIN (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
ATAN (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
ATAN2 (DOUBLE y, DOUBLE x): DOUBLE | (BIGINT y, BIGINT x): DOUBLE | (INT y, INT x): DOUBLE
CBRT (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
CEIL (DECIMAL val): DECIMAL | (DOUBLE val): DOUBLE | (INT val): INT | (BIGINT val): BIGINT
COS (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
COSH (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
COT (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
DEGREES (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
EXP (DOUBLE exponent): DOUBLE | (INT exponent): DOUBLE | (BIGINT exponent): DOUBLE
FLOOR (DECIMAL val): DECIMAL | (DOUBLE val): DOUBLE | (INT val): INT | (BIGINT val): BIGINT
GREATEST (TIME val, TIME... vals): TIME | (TIMESTAMP val, TIMESTAMP... vals): TIMESTAMP | (DECIMAL val, DECIMAL... vals): DECIMAL | (DATE val, DATE... vals): DATE | (BIGINT val, BIGINT... vals): BIGINT | (DOUBLE val, DOUBLE... vals): DOUBLE | (VARCHAR val, VARCHAR... vals): VARCHAR | (BYTES val, BYTES... vals): BYTES | (INT val, INT... vals): INT
LEAST (TIME val, TIME... vals): TIME | (DATE val, DATE... vals): DATE | (BYTES val, BYTES... vals): BYTES | (TIMESTAMP val, TIMESTAMP... vals): TIMESTAMP | (DECIMAL val, DECIMAL... vals): DECIMAL | (INT val, INT... vals): INT | (BIGINT val, BIGINT... vals): BIGINT | (DOUBLE val, DOUBLE... vals): DOUBLE | (VARCHAR val, VARCHAR... vals): VARCHAR
LN (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
LOG (INT base, INT value): DOUBLE | (BIGINT base, BIGINT value): DOUBLE | (DOUBLE base, DOUBLE value): DOUBLE | (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
PI (): DOUBLE
POWER (DOUBLE base, DOUBLE exponent): DOUBLE | (INT base, INT exponent): DOUBLE | (BIGINT base, BIGINT exponent): DOUBLE
RADIANS (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
RANDOM (): DOUBLE
ROUND (DECIMAL val): DECIMAL | (DOUBLE val, INT decimalPlaces): DOUBLE | (DOUBLE val): BIGINT | (DECIMAL val, INT decimalPlaces): DECIMAL | (INT val): BIGINT | (BIGINT val): BIGINT
SIGN (DOUBLE value): INT | (INT value): INT | (BIGINT value): INT
SIN (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
SINH (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
SQRT (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
TAN (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
TANH (DOUBLE value): DOUBLE | (INT value): DOUBLE | (BIGINT value): DOUBLE
TRUNC (DECIMAL val): DECIMAL | (DOUBLE val, INT decimalPlaces): DOUBLE | (DOUBLE val): BIGINT | (DECIMAL val, INT decimalPlaces): DECIMAL | (INT val): BIGINT | (BIGINT val): BIGINT
# scalar OTHER
AS_VALUE (T keyColumn): T
GEO_DISTANCE (DOUBLE lat1, DOUBLE lon1, DOUBLE lat2, DOUBLE lon2, VARCHAR units): DOUBLE | (DOUBLE lat1, DOUBLE lon1, DOUBLE lat2, DOUBLE lon2): DOUBLE
# scalar REGULAR EXPRESSION
REGEXP_EXTRACT (VARCHAR pattern, VARCHAR input): VARCHAR | (VARCHAR pattern, VARCHAR input, INT group): VARCHAR
REGEXP_EXTRACT_ALL (VARCHAR pattern, VARCHAR input): ARRAY<VARCHAR> | (VARCHAR pattern, VARCHAR input, INT group): ARRAY<VARCHAR>
REGEXP_REPLACE (VARCHAR str, VARCHAR regexp, VARCHAR newStr): VARCHAR
REGEXP_SPLIT_TO_ARRAY (VARCHAR string, VARCHAR regexp): ARRAY<VARCHAR>
# scalar STRING
CHR (INT decimalCode): VARCHAR | (VARCHAR utf16Code): VARCHAR
CONCAT (VARCHAR... inputs): VARCHAR | (BYTES... inputs): BYTES
CONCAT_WS (VARCHAR... inputs): VARCHAR | (BYTES... inputs): BYTES
ELT (INT n, VARCHAR... args): VARCHAR
ENCODE (VARCHAR str, VARCHAR inputEncoding, VARCHAR outputEncoding): VARCHAR
FIELD (VARCHAR str, VARCHAR... args): INT
FROM_BYTES (BYTES value, VARCHAR encoding): VARCHAR
INITCAP (VARCHAR str): VARCHAR
INSTR (VARCHAR str, VARCHAR substring): INT | (VARCHAR str, VARCHAR substring, INT position, INT occurrence): INT | (VARCHAR str, VARCHAR substring, INT position): INT
LCASE (VARCHAR input): VARCHAR
LEN (VARCHAR input): INT | (BYTES input): INT
LPAD (VARCHAR input, INT targetLen, VARCHAR padding): VARCHAR | (BYTES input, INT targetLen, BYTES padding): BYTES
MASK (VARCHAR input STRING to be masked): VARCHAR | (VARCHAR input STRING to be masked, VARCHAR upper-case mask, or NULL to use default, VARCHAR lower-case mask, or NULL to use default, VARCHAR digit mask, or NULL to use default, VARCHAR mask for other characters, or NULL to use default): VARCHAR
MASK_KEEP_LEFT (VARCHAR input STRING to be masked, INT number of characters to keep unmasked at the start, VARCHAR upper-case mask, or NULL to use default, VARCHAR lower-case mask, or NULL to use default, VARCHAR digit mask, or NULL to use default, VARCHAR mask for other characters, or NULL to use default): VARCHAR | (VARCHAR input STRING to be masked, INT number of characters to keep unmasked at the start): VARCHAR
MASK_KEEP_RIGHT (VARCHAR input STRING to be masked, INT number of characters to keep unmasked at the end, VARCHAR upper-case mask, or NULL to use default, VARCHAR lower-case mask, or NULL to use default, VARCHAR digit mask, or NULL to use default, VARCHAR mask for other characters, or NULL to use default): VARCHAR | (VARCHAR input STRING to be masked, INT number of characters to keep unmasked at the end): VARCHAR
MASK_LEFT (VARCHAR input STRING to be masked, INT number of characters to mask from the start, VARCHAR upper-case mask, or NULL to use default, VARCHAR lower-case mask, or NULL to use default, VARCHAR digit mask, or NULL to use default, VARCHAR mask for other characters, or NULL to use default): VARCHAR | (VARCHAR input STRING to be masked, INT number of characters to mask from the start): VARCHAR
MASK_RIGHT (VARCHAR input STRING to be masked, INT number of characters to mask before the end, VARCHAR upper-case mask, or NULL to use default, VARCHAR lower-case mask, or NULL to use default, VARCHAR digit mask, or NULL to use default, VARCHAR mask for other characters, or NULL to use default): VARCHAR | (VARCHAR input STRING to be masked, INT number of characters to mask before the end): VARCHAR
MD5 (VARCHAR s): VARCHAR
REPLACE (VARCHAR str, VARCHAR oldStr, VARCHAR newStr): VARCHAR
RPAD (VARCHAR input, INT targetLen, VARCHAR padding): VARCHAR | (BYTES input, INT targetLen, BYTES padding): BYTES
SPLIT (VARCHAR string, VARCHAR delimiter): ARRAY<VARCHAR> | (BYTES bytes, BYTES delimiter): ARRAY<BYTES>
SPLIT_TO_MAP (VARCHAR input, VARCHAR entryDelimiter, VARCHAR kvDelimiter): MAP<VARCHAR, VARCHAR>
SUBSTRING (VARCHAR str, INT pos, INT length): VARCHAR | (BYTES bytes, INT pos, INT length): BYTES | (BYTES bytes, INT pos): BYTES | (VARCHAR str, INT pos): VARCHAR
TO_BYTES (VARCHAR value, VARCHAR encoding): BYTES
TRIM (VARCHAR input): VARCHAR
UCASE (VARCHAR input): VARCHAR
UUID (): VARCHAR | (BYTES bytes): VARCHAR
# scalar URL
URL_DECODE_PARAM (VARCHAR input): VARCHAR
URL_ENCODE_PARAM (VARCHAR input): VARCHAR
URL_EXTRACT_FRAGMENT (VARCHAR input): VARCHAR
URL_EXTRACT_HOST (VARCHAR input): VARCHAR
URL_EXTRACT_PARAMETER (VARCHAR input, VARCHAR paramToFind): VARCHAR
URL_EXTRACT_PATH (VARCHAR input): VARCHAR
URL_EXTRACT_PORT (VARCHAR input): INT
URL_EXTRACT_PROTOCOL (VARCHAR input): VARCHAR
URL_EXTRACT_QUERY (VARCHAR input): VARCHAR
# table TABLE
CUBE_EXPLODE (ARRAY<T> columns): ARRAY<T>
EXPLODE (ARRAY<DECIMAL> input): DECIMAL | (ARRAY<T> list): T
`
