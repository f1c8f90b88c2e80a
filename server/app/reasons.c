/* Reasons of problems in both languages, as docs/rules.md has them (a test compares). */
#include "reasons.h"

#include "base/err.h"
#include "base/json.h"
#include <stdio.h>
#include <string.h>

enum { BYTES_MAX = 64 * 1024, TEXT_BYTES = 4096 };

static const struct {
    const char *reason, *zh, *en;
} words[] = {
    {"missing", "缺少必填项", "required option is missing"},
    {"unknown", "没有这个选项", "no such option: misspelt, or in the wrong place"},
    {"unknown_value", "取值不在允许范围", "not one of the allowed words"},
    {"type", "类型不对", "wrong type, for instance text where a number belongs"},
    {"range", "超出范围", "too small or too large; for lists: too few or too many items"},
    {"whole", "须为整数", "must be a whole number"},
    {"decimals", "小数最多两位", "more than two decimal places"},
    {"empty", "不能为空", "empty text"},
    {"too_long", "文字太长", "text is too long"},
    {"order", "没有按从小到大排列",
     "not ascending: the first rank is behind the last, a stake is not above the one before, or "
     "hours begin before those before them end"},
    {"overlap", "名次范围重叠", "the ranks belong to an earlier range too"},
    {"twice", "重复", "stands here a second time"},
    {"not_for_mode", "该环节模式不用这个选项", "means nothing in a round of this mode"},
    {"needs_teams", "仅限团队赛", "only where teams are ranked: set entries to team"},
    {"not_with_teams", "团队赛不能使用", "only where persons are ranked"},
    {"needs_turn", "仅限轮流作答", "only where one team is asked at a time"},
    {"single_answer", "该环节每队只有一个答案",
     "a team has one answer here: captain, first or majority"},
    {"not_with_policy", "与作答方式不符", "means nothing with this policy"},
    {"not_with_judge", "人工判定时不能使用", "means nothing where answers are spoken and judged"},
    {"not_with_codes", "已指定试题，不能再抽题", "questions are either fixed or drawn"},
    {"needs_advance", "没有晋级名额，不能重新计分", "a new start needs advance: who goes on"},
    {"no_groups", "赛事没有分组", "the event has no groups"},
    {"no_questions", "加赛没有题目", "a tie-break needs questions"},
    {"no_tiebreak", "排名规则没有包含加赛",
     "the ranking does not look at the tie-break round: add tiebreak to ranking"},
    {"points_first", "总分须排在第一位", "points must be the first key of the ranking"},
    {"not_a_multiple", "题数不是每轮题数的整数倍",
     "the number of questions is not a multiple of the burst"},
    {"stake_too_high", "分值超过队伍届时可能拥有的最高分",
     "more than any team can have when the round begins"},
    {"unused", "没有环节用到", "nothing in the sheet uses this"},
    {"budget_points", "总分超出排行榜范围", "all points together do not fit the board"},
    {"budget_questions", "题目总数过多", "more than 1,023 questions"},
    {"budget_time", "答题总时间过长", "the answer time of all questions does not fit the board"},
    {"mixed", "自主参赛环节不能与主持环节混用",
     "rounds led by a host and self-paced ones do not mix"},
    {"needs_self_paced", "仅限自主参赛的赛事", "only in self-paced events"},
    {"not_self_paced", "自主参赛的赛事不能使用", "only where a host leads"},
    {"needs_forward", "仅限逐题作答", "only where one goes forward: set movement to forward"},
    {"needs_disjoint", "交卷即公布时，试题不能重复",
     "with results at once a round needs disjoint or practice"},
    {"not_with_blueprint", "已有组卷方案，请写在各部分", "stands in the parts of the blueprint"},
    {"not_the_sum", "各部分题数之和与题数不符",
     "the parts of the blueprint do not have as many questions"},
    {"not_with_practice", "练习不计分", "nothing of a practice counts"},
    {"not_a_time", "不是有效的时刻", "not a time of day such as 08:30"},
    {"four_decimals", "小数最多四位", "more than four decimal places"},
    {"one_of", "须给出且只能给出其中一项", "exactly one of its options is given"},
    {"told_in_hall", "该环节的得分当场可知，不能封榜",
     "a round whose points everybody in the hall can tell: nothing would be hidden"},
    {"needs_at_once", "仅限交卷即公布的赛事", "only where results are shown at once"},
    {"not_with_aggregate", "与汇总方式不符", "means nothing with this way of adding up"},
    {"no_head_count", "没有在册人数，不能按参赛率加权", "there is no head count to weigh by"},
    {"unknown_code", "题库中没有这道题", "the bank has no question of this code"},
    {"wrong_type", "题型不符", "a task where a question belongs, or a question where judges mark"},
    {"draw_too_large", "题库中符合条件的题目不够",
     "the bank has fewer questions that fit and are left"},
    {"too_few_questions", "轮流作答时题目少于队数",
     "in turn, there is not a question (or burst) for each team"},
    {"too_few_teams", "队数少于组数", "there are more groups than teams"},
    {"bad_json", "不是有效的 JSON", "not JSON, or a member twice"},
    {"bad_utf8", "编码不是 UTF-8", "not UTF-8"},
    {"too_big", "规则表过大", "more than 64 KiB"},
    {"too_deep", "嵌套过深", "nested too deeply"},
    {"more", "还有更多问题", "more problems than are listed"},
};

bool reason_words(const char *reason, const char **ret_zh, const char **ret_en)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].reason, reason) == 0) {
            *ret_zh = words[i].zh;
            *ret_en = words[i].en;
            return true;
        }
    return false;
}

/* Numbers that come with a problem: " (5–600)", " (min 4)", " (max 19)", " (have 3)". */
static void print_numbers(const cJSON *problem)
{
    const cJSON *min = cJSON_GetObjectItemCaseSensitive(problem, "min"),
                *max = cJSON_GetObjectItemCaseSensitive(problem, "max"),
                *have = cJSON_GetObjectItemCaseSensitive(problem, "have");
    if (min && max)
        printf(" (%.0f–%.0f)", min->valuedouble, max->valuedouble);
    else if (min)
        printf(" (min %.0f)", min->valuedouble);
    else if (max)
        printf(" (max %.0f)", max->valuedouble);
    if (have)
        printf(" (have %.0f)", have->valuedouble);
}

static void print_problem(const cJSON *problem)
{
    const char *path = "", *reason = "", *zh = "", *en = "";
    lt_json_str(problem, "path", TEXT_BYTES, &path);
    lt_json_str(problem, "reason", TEXT_BYTES, &reason);
    reason_words(reason, &zh, &en);
    printf("%s: %s", path[0] ? path : "-", reason);
    print_numbers(problem);
    printf(": %s; %s\n", zh, en);
}

void reasons_print(struct lt_buf *problems)
{
    static const struct lt_json_limits limits = {.bytes = BYTES_MAX, .depth = 3};
    const char *text = lt_buf_cstr(problems);
    cJSON *array = NULL, *item;
    if (text[0] != '[') {
        fputs(text, stdout);
        return;
    }
    if (lt_json_parse(text, problems->len, &limits, &array) != LT_OK)
        return;
    cJSON_ArrayForEach(item, array) print_problem(item);
    cJSON_Delete(array);
}
