-- Deliveries and findings of typoaudit in ClickHouse: clickhouse-client --multiquery < clickhouse.sql
-- The columns are those of "typoaudit help databases". Times are UTC; 1970 is one that is not known.

-- (1) Load. What is in the table already is not counted again (FINAL).
CREATE TABLE IF NOT EXISTS delivery (
  time DateTime('UTC'), sender Nullable(String), auth_user Nullable(String), recipient String,
  orig_recipient Nullable(String), status String, arrived String, dsn String, relay String, bytes Int64,
  message_id String, queue_id String, direction String, count Int64, source String, source_number Int32,
  line Int64, incomplete UInt8, bounce UInt8
) ENGINE = ReplacingMergeTree() ORDER BY (time, source, source_number, line, recipient);

INSERT INTO delivery FROM INFILE 'deliveries.jsonl.zst' COMPRESSION 'zstd'
SETTINGS input_format_skip_unknown_fields = 1, input_format_null_as_default = 1, date_time_input_format = 'best_effort'
FORMAT JSONEachRow;

DROP TABLE IF EXISTS finding;
CREATE TABLE finding (
  time DateTime('UTC'), person String, recipient String, meant String, lookalike String, intended String,
  confidence Float64, cause String, status String, arrived String, count Int64, source String, line Int64,
  problem String
) ENGINE = MergeTree() ORDER BY (lookalike, time);

INSERT INTO finding FROM INFILE 'findings.jsonl'
SETTINGS input_format_skip_unknown_fields = 1, input_format_null_as_default = 1, date_time_input_format = 'best_effort'
FORMAT JSONEachRow;

-- (2) What is missing: rows here mean that the answers below are not whole. What parse did not
-- understand is in "coverage" of its last line: zstd -dc deliveries.jsonl.zst | tail -n 1
SELECT problem AS missing FROM finding WHERE problem != '';

-- (3) Senders by exposure: the expected number of messages that a stranger holds.
SELECT person, exposure, messages, arrived_messages, sent
FROM (
  SELECT person, lower(person) AS name,
    round(sum(count * confidence * multiIf(arrived = 'yes', 1., arrived = 'no', 0., 0.5)), 4) AS exposure,
    sum(count) AS messages, sumIf(count, arrived = 'yes') AS arrived_messages
  FROM finding WHERE lookalike != '' GROUP BY person
) ANY LEFT JOIN (
  SELECT lower(ifNull(sender, '')) AS name, sum(count) AS sent
  FROM delivery FINAL WHERE direction = 'outbound' AND bounce = 0 GROUP BY name
) USING (name)
ORDER BY exposure DESC, arrived_messages DESC, person;

-- (4) Lookalikes that nobody wrote to before the last seven days of what is loaded.
SELECT lookalike, any(intended) AS meant, max(confidence) AS sure, sum(count) AS messages,
  uniqExact(person) AS senders, least(min(time), min(if(first = 0, time, first))) AS since
FROM finding ANY LEFT JOIN (
  SELECT lower(extract(recipient, '[^@]*$')) AS lookalike, min(time) AS first
  FROM delivery FINAL WHERE direction = 'outbound' AND bounce = 0 GROUP BY lookalike
) USING (lookalike)
WHERE lookalike != ''
GROUP BY lookalike
HAVING since >= (SELECT max(time) - 7 * 86400 FROM delivery)
ORDER BY messages DESC, lookalike;
