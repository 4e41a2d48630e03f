-- Deliveries and findings of typoaudit in DuckDB: duckdb mail.db < duckdb.sql
-- The columns are those of "typoaudit help databases". Times are UTC.

-- (1) Load. What is in the table already is not loaded again.
CREATE TABLE IF NOT EXISTS delivery (
  time TIMESTAMP, sender VARCHAR, auth_user VARCHAR, recipient VARCHAR, orig_recipient VARCHAR,
  status VARCHAR, arrived VARCHAR, dsn VARCHAR, relay VARCHAR, bytes BIGINT, message_id VARCHAR,
  queue_id VARCHAR, direction VARCHAR, count BIGINT, source VARCHAR, line BIGINT, incomplete BOOLEAN);

CREATE OR REPLACE TEMP TABLE read AS
SELECT * FROM read_json('deliveries.jsonl.zst', format = 'newline_delimited', columns = {
  time: 'TIMESTAMP', sender: 'VARCHAR', auth_user: 'VARCHAR', recipient: 'VARCHAR', orig_recipient: 'VARCHAR',
  status: 'VARCHAR', arrived: 'VARCHAR', dsn: 'VARCHAR', relay: 'VARCHAR', bytes: 'BIGINT', message_id: 'VARCHAR',
  queue_id: 'VARCHAR', direction: 'VARCHAR', count: 'BIGINT', source: 'VARCHAR', line: 'BIGINT', incomplete: 'BOOLEAN',
  bounce: 'BOOLEAN', coverage: 'JSON'});

INSERT INTO delivery
SELECT * EXCLUDE (bounce, coverage) FROM read WHERE bounce IS NULL AND recipient IS NOT NULL
EXCEPT ALL
SELECT * FROM delivery;

CREATE OR REPLACE TABLE finding AS
SELECT * FROM read_json('findings.jsonl', format = 'newline_delimited', columns = {
  time: 'TIMESTAMP', person: 'VARCHAR', recipient: 'VARCHAR', meant: 'VARCHAR', lookalike: 'VARCHAR',
  intended: 'VARCHAR', confidence: 'DOUBLE', cause: 'VARCHAR', status: 'VARCHAR', arrived: 'VARCHAR',
  count: 'BIGINT', source: 'VARCHAR', line: 'BIGINT', problem: 'VARCHAR'});

-- (2) What is missing: rows here mean that the answers below are not whole.
SELECT problem AS missing FROM finding WHERE problem IS NOT NULL
UNION ALL
SELECT 'by parse: ' || coverage FROM read WHERE (coverage->'malformed') IS NOT NULL OR (coverage->'gaps') IS NOT NULL;

-- (3) Senders by exposure: the expected number of messages that a stranger holds.
WITH slips AS (
  SELECT person AS sender,
    round(sum(count * confidence * CASE arrived WHEN 'yes' THEN 1 WHEN 'no' THEN 0 ELSE 0.5 END), 4) AS exposure,
    sum(count) AS messages, sum(CASE arrived WHEN 'yes' THEN count ELSE 0 END) AS arrived
  FROM finding WHERE lookalike IS NOT NULL GROUP BY person
), sent AS (
  SELECT lower(sender) AS sender, sum(count) AS sent FROM delivery WHERE direction = 'outbound' GROUP BY 1
)
SELECT slips.sender, exposure, messages, arrived, coalesce(sent, 0) AS sent
FROM slips LEFT JOIN sent ON sent.sender = lower(slips.sender)
ORDER BY exposure DESC, arrived DESC, slips.sender;

-- (4) Lookalikes that nobody wrote to before the last seven days of what is loaded.
WITH written AS (
  SELECT lower(regexp_extract(recipient, '[^@]*$')) AS domain, min(time) AS first
  FROM delivery WHERE direction = 'outbound' GROUP BY 1
)
SELECT lookalike, intended, max(confidence) AS confidence, sum(count) AS messages,
  count(DISTINCT person) AS senders, min(coalesce(least(first, time), time)) AS first
FROM finding LEFT JOIN written ON domain = lookalike
WHERE lookalike IS NOT NULL
GROUP BY lookalike, intended
HAVING min(coalesce(least(first, time), time)) >= (SELECT max(time) FROM delivery) - INTERVAL 7 DAY
ORDER BY messages DESC, lookalike;
