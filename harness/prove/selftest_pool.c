#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "prove/selftest.h"

#define TEXT_MAX ((size_t)4 * 1024 * 1024)

/* A run that is under way. */
struct slot {
    pid_t pid; /* leads a process group; 0 = the slot is free */
    int fd;
    struct candidate *candidate;
    struct case_outcomes *outcomes;
    struct buf text;
    int64_t begun_ns;
};

struct pool {
    struct selftest *selftest;
    struct slot *slots;
    struct pollfd *polled;
    size_t num_slots;
    size_t num_usual; /* slots that are used in any case; the others where the machine idles */
    bool odd_only;
    struct candidate **order;
    size_t next; /* the next run: order[next / 2], for the first or the second time */
    size_t num_running;
};

static bool begin(struct pool *pool, struct slot *slot, struct candidate *candidate, bool again)
{
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    (void)fflush(NULL); /* or the child would write it once more */
    pid_t pid = fork();
    if (pid == 0) {
        (void)setpgid(0, 0);
        (void)signal(SIGINT, SIG_DFL);
        (void)signal(SIGTERM, SIG_DFL);
        (void)close(ends[0]);
        (void)setenv("TMPDIR", pool->selftest->folder, 1);
        selftest_job(pool->selftest, candidate, ends[1]);
    }
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return false;
    }
    (void)setpgid(pid, pid); /* here, too: whoever comes first */
    *slot = (struct slot){.pid = pid,
                          .fd = ends[0],
                          .candidate = candidate,
                          .outcomes = again ? &candidate->second : &candidate->first,
                          .text = {.max = TEXT_MAX},
                          .begun_ns = clock_monotonic_ns()};
    pool->num_running++;
    return true;
}

/* Ends whatever of the run is still there, and keeps what it has said. */
static void finish(struct pool *pool, struct slot *slot, const char *failure)
{
    (void)kill(-slot->pid, SIGKILL);
    while (waitpid(slot->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    (void)close(slot->fd);
    if (failure)
        slot->outcomes->failure = mem_text(failure);
    selftest_read_outcomes(buf_bytes(&slot->text), slot->outcomes);
    slot->candidate->duration_ns = clock_monotonic_ns() - slot->begun_ns;
    buf_clear(&slot->text);
    slot->pid = 0;
    pool->num_running--;
}

static struct candidate *next_candidate(struct pool *pool, bool *again)
{
    while (pool->next < 2 * pool->selftest->num_candidates) {
        struct candidate *candidate = pool->order[pool->next / 2];
        *again = pool->next++ % 2 == 1;
        if (pool->odd_only && !candidate->odd)
            continue;
        if (!*again || candidate->twice)
            return candidate;
    }
    return NULL;
}

/* How many processes want a processor just now, this one included; where nobody tells, many. */
static size_t num_runnable(void)
{
    char line[128] = "";
    FILE *file = fopen("/proc/loadavg", "r");
    if (!file)
        return SIZE_MAX;
    char *slash = fgets(line, sizeof line, file) ? strchr(line, '/') : NULL;
    (void)fclose(file);
    if (!slash) /* "0.20 0.18 0.12 1/80 11206" */
        return SIZE_MAX;
    *slash = '\0';
    const char *blank = strrchr(line, ' ');
    return blank ? strtoul(blank, NULL, 10) : SIZE_MAX;
}

/* The runs mostly wait. While the processors do so too, there is room for one more. */
static bool may_begin(const struct pool *pool)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return pool->num_running < pool->num_usual ||
           (processors > 0 && num_runnable() <= (size_t)processors / 2);
}

static void fill(struct pool *pool)
{
    for (size_t i = 0; i < pool->num_slots; i++) {
        bool again = false;
        bool extra = pool->num_running >= pool->num_usual;
        if (pool->slots[i].pid != 0)
            continue;
        if (!may_begin(pool))
            return;
        struct candidate *candidate = next_candidate(pool, &again);
        if (!candidate)
            return;
        if (!begin(pool, &pool->slots[i], candidate, again))
            (again ? &candidate->second : &candidate->first)->failure =
                mem_format("no process could be started: %s", strerror(errno));
        if (extra) /* whether it leaves room is seen a little later */
            return;
    }
}

static void take(struct pool *pool, struct slot *slot)
{
    char bytes[8192];
    ssize_t len = read(slot->fd, bytes, sizeof bytes);
    if (len > 0)
        buf_add(&slot->text, bytes, (size_t)len);
    else if (len == 0 || errno != EINTR)
        finish(pool, slot, NULL);
}

/* Waits for what is said, or for the nearest deadline. */
static void watch(struct pool *pool)
{
    size_t count = pool->num_slots;
    for (size_t i = 0; i < count; i++)
        pool->polled[i] =
            (struct pollfd){.fd = pool->slots[i].pid ? pool->slots[i].fd : -1, .events = POLLIN};
    int ready = poll(pool->polled, (nfds_t)count, 200);
    int64_t now_ns = clock_monotonic_ns();
    for (size_t i = 0; i < count; i++) {
        struct slot *slot = &pool->slots[i];
        if (slot->pid && ready > 0 && pool->polled[i].revents)
            take(pool, slot);
        if (slot->pid && now_ns - slot->begun_ns > pool->selftest->limit_ns)
            finish(pool, slot, "the run did not end in time and was killed");
    }
}

static void show_progress(const struct pool *pool)
{
    if (terminal_takes_progress())
        (void)fprintf(stderr, "\r\033[K  %zu of %zu receivers ...", pool->next / 2,
                      pool->selftest->num_candidates);
}

static bool is_lasting(const struct fault *fault)
{
    return fault && fault->lasting;
}

/* What takes long begins first, so that nothing waits for it at the end; the right receivers, which
 * all take the same short time, fill the gaps. */
static struct candidate **order_of(struct selftest *selftest)
{
    struct candidate **order =
        mem_alloc((selftest->num_candidates + 1) * sizeof(struct candidate *));
    size_t count = 0;
    enum { SLOW, FAULTY, RIGHT, RANKS };
    for (int rank = 0; rank < RANKS; rank++)
        for (size_t i = 0; i < selftest->num_candidates; i++) {
            struct candidate *candidate = &selftest->candidates[i];
            bool slow = selftest_is_slow(candidate) || is_lasting(candidate->fault) ||
                        is_lasting(candidate->also);
            int own = slow ? SLOW : candidate->fault ? FAULTY : RIGHT;
            if (own == rank)
                order[count++] = candidate;
        }
    return order;
}

/* So many times as many runs as usual may wait beside each other. */
#define WAITING_MAX 3

static bool run_pool(struct selftest *selftest, size_t num_usual, bool odd_only)
{
    size_t num_slots = odd_only ? num_usual : num_usual * WAITING_MAX;
    struct pool pool = {.selftest = selftest,
                        .slots = mem_alloc(num_slots * sizeof *pool.slots),
                        .polled = mem_alloc(num_slots * sizeof *pool.polled),
                        .order = order_of(selftest),
                        .num_slots = num_slots,
                        .num_usual = num_usual,
                        .odd_only = odd_only};
    for (;;) {
        if (!*selftest->interrupted)
            fill(&pool);
        if (pool.num_running == 0)
            break;
        show_progress(&pool);
        watch(&pool);
        for (size_t i = 0; *selftest->interrupted && i < num_slots; i++)
            if (pool.slots[i].pid)
                finish(&pool, &pool.slots[i], "interrupted");
    }
    if (terminal_takes_progress())
        (void)fputs("\r\033[K", stderr);
    free(pool.order);
    free(pool.slots);
    free(pool.polled);
    return !*selftest->interrupted;
}

bool selftest_run_all(struct selftest *selftest)
{
    return run_pool(selftest, selftest->num_jobs, false);
}

bool selftest_run_odd(struct selftest *selftest)
{
    for (size_t i = 0; i < selftest->num_candidates; i++)
        if (selftest->candidates[i].odd) {
            selftest_clear_outcomes(&selftest->candidates[i].first);
            selftest_clear_outcomes(&selftest->candidates[i].second);
        }
    return run_pool(selftest, 1, true);
}
