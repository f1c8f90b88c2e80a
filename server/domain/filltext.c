/* The comparable form of a fill-in text.
 *
 * Phones and input methods write one answer in many ways: １５ and 15, ＡＢＣ and abc, a blank
 * before or inside, an invisible joiner from a copied page. Unicode's NFKC with case folding makes
 * the variants one; white space never matters in an answer of a word or a number. Removing
 * punctuation as well was rejected: it would make 1.5 and 15, or -3 and 3, the same. Different
 * words for one thing (十五, 15) are accepted texts of the question, not rules of this file. Works
 * on the caller's buffer, nothing is allocated. */
#include "filltext.h"

#include <string.h>
#include <utf8proc.h>

static bool is_blank(utf8proc_int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);

    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP || category == UTF8PROC_CATEGORY_CC;
}

int lt_filltext_normalise(const char *text, int32_t out[LT_FILLTEXT_MAX])
{
    const utf8proc_option_t options =
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    size_t bytes = strlen(text);
    utf8proc_ssize_t n;
    int kept = 0;

    if (bytes > LT_FILL_BYTES)
        return -1;
    n = utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)bytes, out,
                           LT_FILLTEXT_MAX, options);
    if (n < 0 || n > LT_FILLTEXT_MAX)
        return -1;
    n = utf8proc_normalize_utf32(out, n, options);
    if (n < 0)
        return -1;
    for (utf8proc_ssize_t i = 0; i < n; i++)
        if (!is_blank(out[i]))
            out[kept++] = out[i];
    return kept;
}
