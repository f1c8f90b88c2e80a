/* The story of a contest, line by line: told when a rule was broken, by playing its seed again. */
#include "contests.h"

#include "base/err.h"

#include <inttypes.h>

static double at(const struct contest *c, int64_t us)
{
    return (double)(us - (c->log && c->n_log > 0 ? c->log[0].at_us : us)) / 1e6;
}

void sim_tell_sheet(const struct contest *c)
{
    struct lt_buf copy = c->sheet_json;

    if (!c->traced)
        return;
    printf("seed %" PRIu64 ", %d entries\n%s\n", c->seed, c->n_entries, lt_buf_cstr(&copy));
    for (int i = 0; i < c->n_questions; i++)
        printf("  question %d: %s (%d of the pool)\n", i, lt_qtype_name(sim_type(c->questions[i])),
               c->questions[i]);
    fflush(stdout);
}

void sim_tell_input(const struct contest *c, const struct lt_input *in, int err, bool has)
{
    static const char *const kinds[] = {"command", "time", "tally", "takeover", "finalised"};
    unsigned kind = (unsigned)in->kind;

    if (!c->traced)
        return;
    printf("%10.3f  %s", at(c, in->now_us), kind < 5 ? kinds[kind] : "?");
    if (in->kind == LT_IN_COMMAND)
        printf(" %s by %" PRId64 "%s, entry %" PRId64 ", value %" PRId64 ", qi %d, saw %d",
               lt_action_name(in->action), in->by, in->staff ? " (staff)" : "", in->entry,
               in->value, in->qi, in->expect_q);
    if (in->kind == LT_IN_TALLY)
        printf(" %d answered, %d correct", in->answered, in->correct);
    printf(": %s\n", err ? lt_err_wire(err) : has ? "done" : "nothing to do");
    fflush(stdout);
}

void sim_tell_record(const struct contest *c, const struct lt_record *r, const char *payload)
{
    if (!c->traced)
        return;
    printf("%10.3f    → %" PRId64 " %s %s   [%s, %s, question %d]\n", at(c, r->at_us), r->seq,
           lt_record_kind_name(r->kind), payload, lt_phase_name(c->live.phase),
           lt_qstate_name(c->live.qstate), c->live.qi);
    fflush(stdout);
}

void sim_tell_answer(const struct contest *c, const struct answer *a, int err)
{
    if (!c->traced)
        return;
    printf("%10.3f  answer to %d of %" PRId64 " for %" PRId64 ": %s: %s\n", at(c, a->received_us),
           a->qi, a->person, a->entry, a->body, err ? lt_err_wire(err) : "saved");
    fflush(stdout);
}
