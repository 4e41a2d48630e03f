-- Deliveries and findings of typoaudit in SQLite: sqlite3 mail.db < sqlite.sql
-- The columns are those of "typoaudit help databases". Times are UTC.

-- (1) Load. What is in the table already is not loaded again.
CREATE TABLE IF NOT EXISTS delivery (
  time TEXT, sender TEXT, auth_user TEXT, recipient TEXT, orig_recipient TEXT, status TEXT, arrived TEXT,
  dsn TEXT, relay TEXT, bytes INTEGER, message_id TEXT, queue_id TEXT, direction TEXT, count INTEGER,
  source TEXT, line INTEGER, incomplete INTEGER);
CREATE INDEX IF NOT EXISTS delivery_time ON delivery (time);
DROP TABLE IF EXISTS read;
DROP TABLE IF EXISTS found;
DROP TABLE IF EXISTS finding;
CREATE TABLE read (text TEXT);
CREATE TABLE found (text TEXT);
.mode ascii
.separator "\037" "\n"
.import '|zstd -dc deliveries.jsonl.zst' read
.import findings.jsonl found
.mode column
DELETE FROM read WHERE text = '';

INSERT INTO delivery
SELECT datetime(text->>'time'), text->>'sender', text->>'auth_user', text->>'recipient', text->>'orig_recipient',
  text->>'status', text->>'arrived', text->>'dsn', text->>'relay', text->>'bytes', text->>'message_id',
  text->>'queue_id', text->>'direction', text->>'count', text->>'source', text->>'line', text->>'incomplete'
FROM read WHERE text->>'bounce' IS NULL AND text->>'recipient' IS NOT NULL
EXCEPT
SELECT * FROM delivery;

CREATE TABLE finding AS
SELECT datetime(text->>'time') AS time, text->>'person' AS person, text->>'recipient' AS recipient,
  text->>'meant' AS meant, text->>'lookalike' AS lookalike, text->>'intended' AS intended,
  text->>'confidence' AS confidence, text->>'cause' AS cause, text->>'status' AS status, text->>'arrived' AS arrived,
  text->>'count' AS count, text->>'source' AS source, text->>'line' AS line, text->>'problem' AS problem
FROM found WHERE text <> '';

-- (2) What is missing: rows here mean that the answers below are not whole.
SELECT problem AS missing FROM finding WHERE problem IS NOT NULL
UNION ALL
SELECT 'by parse: ' || (text->'coverage') FROM read
WHERE text->'coverage'->'malformed' IS NOT NULL OR text->'coverage'->'gaps' IS NOT NULL;

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

-- (4) Lookalikes that nobody wrote to before the last seven days of what is loaded. The last
-- "@" of an address is before its domain: rtrim takes off what is no "@" after it.
WITH written AS (
  SELECT lower(replace(recipient, rtrim(recipient, replace(recipient, '@', '')), '')) AS domain, min(time) AS first
  FROM delivery WHERE direction = 'outbound' GROUP BY 1
)
SELECT lookalike, intended, max(confidence) AS confidence, sum(count) AS messages,
  count(DISTINCT person) AS senders, min(coalesce(min(first, time), time)) AS first
FROM finding LEFT JOIN written ON domain = lookalike
WHERE lookalike IS NOT NULL
GROUP BY lookalike, intended
HAVING min(coalesce(min(first, time), time)) >= (SELECT datetime(max(time), '-7 days') FROM delivery)
ORDER BY messages DESC, lookalike;
DROP TABLE read;
DROP TABLE found;
