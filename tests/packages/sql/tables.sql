-- A database in a file: indexes, triggers, savepoints, window functions, integrity.
CREATE TABLE account(id INTEGER PRIMARY KEY, owner TEXT, cents INTEGER, note BLOB);
CREATE TABLE log(account INTEGER, was INTEGER, becomes INTEGER);
CREATE TRIGGER note AFTER UPDATE OF cents ON account BEGIN INSERT INTO log VALUES(old.id, old.cents, new.cents); END;
WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
INSERT INTO account SELECT i, printf('owner %03d', i * 7919 % 211), i * i % 10007, zeroblob(i % 50) FROM n;
CREATE INDEX by_owner ON account(owner, cents);
SAVEPOINT a;
UPDATE account SET cents = cents + 5 WHERE id % 17 = 0;
SAVEPOINT b;
DELETE FROM account WHERE cents % 3 = 0;
SELECT count(*), sum(cents) FROM account;
ROLLBACK TO b;
RELEASE a;
SELECT count(*), sum(cents), sum(length(note)) FROM account;
SELECT owner, cents, rank() OVER (PARTITION BY owner ORDER BY cents DESC), sum(cents) OVER (ORDER BY owner, cents, id
  ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) FROM account WHERE owner < 'owner 004' ORDER BY 1, 2, 4;
SELECT count(*), sum(becomes - was) FROM log;
SELECT owner, total, avg FROM (SELECT owner, total(cents) AS total, round(avg(cents), 6) AS avg FROM account GROUP BY owner)
  ORDER BY total DESC LIMIT 5;
SELECT json_group_array(json_object('id', id, 'cents', cents)) FROM account WHERE id BETWEEN 10 AND 14;
SELECT group_concat(quote(value), ' ') FROM json_each('[1, 2.5, "three", null, {"four": [4]}]');
VACUUM;
PRAGMA integrity_check;
