/* The store: what it keeps, for whom, and in which order. */
#include "platform/store.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

TestSuite(platform_store, .timeout = 120);

struct folder {
    char name[64];
    char path[96];
};

static void folder_make(struct folder *folder)
{
    (void)strcpy(folder->name, "/tmp/hookcheck-store-XXXXXX");
    cr_assert_not_null(mkdtemp(folder->name));
    (void)snprintf(folder->path, sizeof folder->path, "%s/p.db", folder->name);
}

static void folder_remove(const struct folder *folder)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        char *path = mem_format("%s%s", folder->path, ends[i]);
        (void)unlink(path);
        free(path);
    }
    (void)rmdir(folder->name);
}

static struct store *open_or_die(const char *path)
{
    struct error err = {0};
    struct store *store = store_open(path, &err);
    cr_assert_not_null(store, "%s", err.message);
    return store;
}

static void add(struct store *store, const char *id)
{
    char description[] = "";
    char url[] = "http://x/";
    char secret[] = "s";
    char scope[] = "[\"crm.deal.created\"]";
    struct endpoint endpoint = {.description = description,
                                .url = url,
                                .secret = secret,
                                .active = true,
                                .scope = scope,
                                .id_project = url};
    struct error err = {0};
    (void)strcpy(endpoint.id, id);
    cr_assert(store_add_endpoint(store, &endpoint, &err), "%s", err.message);
}

static int64_t send(struct store *store, const char *endpoint, int64_t now_ms)
{
    struct error err = {0};
    int64_t id = 0;
    const struct dispatch dispatch = {.id_event = "e",
                                      .name = "crm.deal.created",
                                      .type = "crm.deal.push",
                                      .data = {"{}", 2},
                                      .origin = "trigger",
                                      .endpoint = endpoint,
                                      .wrong = "",
                                      .now_ms = now_ms};
    cr_assert(store_dispatch(store, &dispatch, 1, &id, &err), "%s", err.message);
    return id;
}

static void expect_order(struct store *store, const char *order)
{
    struct endpoints endpoints;
    char found[8] = "";
    cr_assert(store_endpoints(store, &endpoints, NULL));
    for (size_t i = 0; i < endpoints.count; i++)
        found[i] = endpoints.items[i].id[0];
    cr_expect_str_eq(found, order);
    endpoints_clear(&endpoints);
}

Test(platform_store, puts_an_endpoint_that_changed_behind_the_others)
{
    struct store *store = open_or_die(NULL);
    add(store, "a");
    add(store, "b");
    add(store, "c");
    expect_order(store, "abc");
    cr_expect(store_set_active(store, "a", false, NULL));
    expect_order(store, "bca");
    cr_expect(store_set_active(store, "a", true, NULL));
    cr_expect(store_set_active(store, "b", true, NULL));
    expect_order(store, "cab");
    store_close(store);
}

Test(platform_store, survives_and_is_for_its_owner_alone)
{
    struct folder folder;
    struct stat facts;
    folder_make(&folder);
    struct store *store = open_or_die(folder.path);
    add(store, "a");
    cr_assert_eq(stat(folder.path, &facts), 0);
    cr_expect_eq(facts.st_mode & 0777, 0600);
    store_close(store);
    store = open_or_die(folder.path);
    expect_order(store, "a");
    store_close(store);
    folder_remove(&folder);
}

Test(platform_store, is_refused_to_a_second_process)
{
    struct folder folder;
    struct error err = {0};
    folder_make(&folder);
    struct store *store = open_or_die(folder.path);
    cr_expect_null(store_open(folder.path, &err));
    cr_expect_not_null(strstr(err.message, "another hookcheck uses this store"), "%s", err.message);
    store_close(store);
    folder_remove(&folder);
}

Test(platform_store, leaves_files_of_others_alone)
{
    struct folder folder;
    struct error err = {0};
    folder_make(&folder);
    cr_assert(
        file_write(folder.path, bytes_of("this is a letter to somebody, no database"), 0644, &err));
    cr_expect_null(store_open(folder.path, &err));
    cr_expect_not_null(strstr(err.message, "not an SQLite database"), "%s", err.message);
    folder_remove(&folder);
}

/* A limit on the size of files is met as a full disk is. */
Test(platform_store, says_that_the_disk_is_full_and_goes_on_afterwards)
{
    struct folder folder;
    struct rlimit limit;
    struct error err = {0};
    folder_make(&folder);
    struct store *store = open_or_die(folder.path);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const struct rlimit small = {256 * 1024, limit.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    add(store, "a");
    int64_t stored = 0;
    struct buf data = {0};
    buf_add_repeated(&data, 'x', 50000);
    struct dispatch dispatch = {.id_event = "e",
                                .name = "n",
                                .type = "t",
                                .data = buf_bytes(&data),
                                .origin = "trigger",
                                .endpoint = "a",
                                .wrong = ""};
    int64_t id = 0;
    while (stored < 100 && store_dispatch(store, &dispatch, 1, &id, &err))
        stored++;
    cr_expect(stored > 0 && stored < 100);
    cr_expect_not_null(strstr(err.message, folder.path), "%s", err.message);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct store_counts counts;
    cr_assert(store_counts(store, &counts, NULL));
    cr_expect_eq(counts.queued, stored, "what failed left nothing behind");
    err = (struct error){0};
    cr_expect(store_dispatch(store, &dispatch, 1, &id, &err), "%s", err.message);
    buf_clear(&data);
    store_close(store);
    folder_remove(&folder);
}

Test(platform_store, takes_each_delivery_once_and_puts_it_back_after_a_fall)
{
    struct store *store = open_or_die(NULL);
    int64_t ids[8];
    size_t count = 0;
    add(store, "a");
    int64_t first = send(store, "a", 1);
    int64_t second = send(store, "a", 2);
    (void)send(store, "a", 100);
    (void)send(store, NULL, 1);
    cr_expect(store_take(store, LANE_QUEUE, 50, ids, 8, &count, NULL));
    cr_expect_eq(count, 2, "what is not yet due, and what nobody wants, stays");
    cr_expect_eq(ids[0], first);
    cr_expect_eq(ids[1], second);
    cr_expect(store_take(store, LANE_QUEUE, 50, ids, 8, &count, NULL));
    cr_expect_eq(count, 0);
    cr_expect(store_requeue(store, NULL));
    cr_expect(store_take(store, LANE_QUEUE, 50, ids, 8, &count, NULL));
    cr_expect_eq(count, 2);
    store_close(store);
}

Test(platform_store, shows_the_newest_first_in_pages)
{
    struct store *store = open_or_die(NULL);
    struct summary page[4];
    size_t count = 0;
    int64_t before = INT64_MAX;
    int64_t seen = 0;
    add(store, "a");
    for (int i = 0; i < 10; i++)
        (void)send(store, "a", i);
    do {
        cr_assert(store_page(store, before, "a", page, 4, &count, NULL));
        for (size_t i = 0; i < count; i++) {
            cr_expect_lt(page[i].id, before);
            before = page[i].id;
            summary_clear(&page[i]);
        }
        seen += (int64_t)count;
    } while (count == 4);
    cr_expect_eq(seen, 10);
    store_close(store);
}

Test(platform_store, drops_what_is_old_and_over_but_nothing_that_waits)
{
    struct store *store = open_or_die(NULL);
    struct store_counts counts;
    struct summary page[8];
    size_t count = 0;
    add(store, "a");
    int64_t done = send(store, "a", 1);
    int64_t waits = send(store, "a", 2);
    int64_t young = send(store, "a", 1000);
    cr_assert(store_finish(store, done, NULL, "delivered", 0, NULL));
    cr_assert(store_finish(store, young, NULL, "failed", 0, NULL));
    cr_expect(store_expire(store, 500, 100, NULL));
    cr_assert(store_page(store, INT64_MAX, NULL, page, 8, &count, NULL));
    cr_assert_eq(count, 2);
    cr_expect_eq(page[0].id, young);
    cr_expect_eq(page[1].id, waits);
    for (size_t i = 0; i < count; i++)
        summary_clear(&page[i]);
    cr_expect(store_counts(store, &counts, NULL));
    cr_expect_eq(counts.queued, 1);
    store_close(store);
}
