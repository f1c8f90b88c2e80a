-- Tasks: spoken or performed parts, which judges mark. They have a stem and no key.
ALTER TABLE leitai.question DROP CONSTRAINT question_type_check;
ALTER TABLE leitai.question ADD CONSTRAINT question_type_check
    CHECK (type IN ('single', 'multiple', 'truefalse', 'fill', 'order', 'task'));
