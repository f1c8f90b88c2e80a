-- What an answer is worth follows from the log and the raw answers, whenever it is asked for; it is not stored. The verdict stays,
-- for the tally of a question that closes.
SET search_path = leitai;

ALTER TABLE answer DROP COLUMN points_c;

-- Who was disqualified is in the result without a rank.
ALTER TABLE result DROP CONSTRAINT result_rank_check;
ALTER TABLE result ADD CONSTRAINT result_rank_check CHECK (rank >= 0);
COMMENT ON COLUMN result.rank IS 'from 1, ties share; 0: disqualified';
