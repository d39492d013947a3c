#include "run/budget.h"

#include "base/clock.h"

/* Between two requests lies a little more than 1/rate, so that those of one second are still no
 * more where the network shifts them by some milliseconds. */
#define SLACK 1.02

const char *purpose_name(enum purpose purpose)
{
    static const char *const names[PURPOSE_COUNT] = {
        [PURPOSE_WAIT] = "wait",           [PURPOSE_CASE] = "case",
        [PURPOSE_CONTROL] = "control",     [PURPOSE_CANARY] = "canary",
        [PURPOSE_SEARCH] = "search",       [PURPOSE_TLS] = "tls",
        [PURPOSE_DIAGNOSIS] = "diagnosis", [PURPOSE_REDIRECT] = "redirect",
    };
    return names[purpose];
}

void budget_init(struct budget *budget, const struct budget_limits *limits)
{
    *budget = (struct budget){.limits = *limits};
}

void budget_begin(struct budget *budget, int64_t now_ns)
{
    budget->begun_ns = now_ns;
}

const char *budget_over(const struct budget *budget, int64_t now_ns)
{
    const struct budget_limits *limits = &budget->limits;
    if (limits->interrupted && *limits->interrupted)
        return "not sent: the run was interrupted";
    if (limits->max_time_ns && budget->begun_ns && now_ns - budget->begun_ns >= limits->max_time_ns)
        return "not sent: the time for the run (--max-time) ran out";
    return NULL;
}

const char *budget_refusal(const struct budget *budget, size_t len, int64_t now_ns)
{
    const char *over = budget_over(budget, now_ns);
    size_t max = budget->limits.max_requests;
    if (over)
        return over;
    if (max && budget->num_sent + len > max)
        return "not sent: the request budget (--max-requests) was used up";
    return NULL;
}

int64_t budget_due_ns(const struct budget *budget, size_t len)
{
    double rate = budget->limits.rate;
    if (rate <= 0 || budget->last_len == 0)
        return 0;
    size_t longer = len > budget->last_len ? len : budget->last_len;
    return budget->last_ns + (int64_t)((double)longer * SLACK * (double)NS_PER_S / rate);
}

bool budget_fits(double rate, size_t len)
{
    return rate <= 0 || len <= 1 || (double)len <= rate;
}

void budget_spend(struct budget *budget, enum purpose purpose, size_t len, int64_t now_ns)
{
    budget->last_ns = now_ns;
    budget->last_len = len;
    budget->num_sent += len;
    budget->sent[purpose] += len;
}

void budget_give_back(struct budget *budget, enum purpose purpose)
{
    if (budget->sent[purpose] == 0)
        return;
    budget->sent[purpose]--;
    budget->num_sent--;
}
