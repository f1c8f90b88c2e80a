-- What an answer is worth follows from the log and the raw answers, whenever it is asked for; it is not stored. The verdict stays,
-- for the tally of a question that closes.
SET search_path = leitai;

ALTER TABLE answer DROP COLUMN points_c;

-- Who was disqualified is in the result without a rank.
ALTER TABLE result DROP CONSTRAINT result_rank_check;
ALTER TABLE result ADD CONSTRAINT result_rank_check CHECK (rank >= 0);
COMMENT ON COLUMN result.rank IS 'from 1, ties share; 0: disqualified';

-- Each result checks that its entry exists. While the planner has no statistics of an event that has just been played, the first two
-- columns of the old order looked as selective to it as the primary key, and each check read all entries of the event.
ALTER TABLE entry DROP CONSTRAINT entry_tenant_id_event_id_person_id_key;
ALTER TABLE entry ADD CONSTRAINT entry_person UNIQUE (tenant_id, person_id, event_id);
