/* The text report of a run against whatever there may be is one screen: at most 60 lines, at most
 * 80 columns. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/layout.h"
#include "base/mem.h"
#include "report/report.h"
#include "result/exit.h"
#include "tests/support/raw_server.h"
#include "tests/support/run_program.h"
#include "tests/support/started_program.h"

TestSuite(cli_run_screen, .timeout = 1200);

/* Receivers that are wrong in one way or in several, hostile, slow, or that take TLS. */
static const char *const receivers[][7] = {
    {NULL},
    {"--fault", "A01"},
    {"--fault", "A02"},
    {"--fault", "A05"},
    {"--fault", "A07"},
    {"--fault", "A12"},
    {"--fault", "A14"},
    {"--fault", "A18"},
    {"--fault", "A24"},
    {"--fault", "B02"},
    {"--fault", "B04"},
    {"--fault", "B11"},
    {"--fault", "B13"},
    {"--fault", "B16"},
    {"--fault", "B20"},
    {"--fault", "C01"},
    {"--fault", "C02"},
    {"--fault", "C08"},
    {"--fault", "C09"},
    {"--fault", "C10"},
    {"--fault", "C14"},
    {"--fault", "C17"},
    {"--fault", "D03"},
    {"--fault", "D05"},
    {"--fault", "E01"},
    {"--fault", "E03"},
    {"--fault", "E04"},
    {"--fault", "E06"},
    {"--fault", "F02"},
    {"--fault", "F17"},
    {"--fault", "G01"},
    {"--behaviour", "status=503"},
    {"--behaviour", "delay=300ms"},
    {"--behaviour", "silence"},
    {"--behaviour", "reset"},
    {"--behaviour", "drip=1ms"},
    {"--tls"},
    {"--tls", "--fault", "C01"},
};

struct shown {
    char *what;
    struct program_end end;
    bool started;
};

static void run_for_text(const char *url, struct program_end *end)
{
    static const char *const env[] = {"HOOKCHECK_SECRET=" TEST_SECRET, "LC_ALL=C.UTF-8", NULL};
    const char *const argv[] = {hookcheck_path(), "run", url,      "--quick", "--max-time", "8s",
                                "--deadline",     "1s",  "--wait", "0s",      NULL};
    run_program(&(struct program){.argv = argv, .env = env}, end);
}

static void *run_one(void *payload)
{
    struct shown *shown = payload;
    size_t index = (size_t)strtoul(shown->what, NULL, 10);
    struct started_program receiver = {0};
    shown->started = start_receiver(&receiver, receivers[index]);
    if (shown->started)
        run_for_text(receiver.url, &shown->end);
    (void)stop_program(&receiver);
    return NULL;
}

static void expect_one_screen(const char *what, const struct program_end *end)
{
    size_t lines = 0;
    char *text = mem_text(buf_text(&end->out));
    char *last = text;
    for (char *line = text, *next = NULL; line && *line; line = next, lines++) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        last = line;
        bool is_counts = strncmp(line, "hookcheck: ", 11) == 0;
        cr_expect(is_counts || layout_width(line) <= 80, "%s: %zu columns: %s", what,
                  layout_width(line), line);
    }
    cr_expect_leq(lines, TEXT_SCREEN_LINES, "%s: %zu lines\n%s", what, lines, buf_text(&end->out));
    cr_expect_eq(strncmp(last, "hookcheck: ", 11), 0, "%s ends with: %s", what, last);
    cr_expect_eq(end->err.len, 0, "%s, on standard error: %s", what, buf_text(&end->err));
    if (end->code == EXIT_OK && strstr(last, " 0 warned"))
        cr_expect_leq(lines, 25, "%s: a green run of %zu lines", what, lines);
    free(text);
}

Test(cli_run_screen, fits_for_every_receiver)
{
    NEED_HOOKCHECK();
    enum { AT_ONCE = 4 };
    struct shown shown[ARRAY_LEN(receivers)] = {0};
    pthread_t threads[AT_ONCE];
    for (size_t first = 0; first < ARRAY_LEN(receivers); first += AT_ONCE) {
        size_t count =
            ARRAY_LEN(receivers) - first < AT_ONCE ? ARRAY_LEN(receivers) - first : AT_ONCE;
        for (size_t i = 0; i < count; i++) {
            shown[first + i].what = mem_format("%zu", first + i);
            cr_assert_eq(pthread_create(&threads[i], NULL, run_one, &shown[first + i]), 0);
        }
        for (size_t i = 0; i < count; i++)
            (void)pthread_join(threads[i], NULL);
    }
    for (size_t i = 0; i < ARRAY_LEN(receivers); i++) {
        const char *const *row = receivers[i];
        char *what =
            mem_format("receive %s %s", row[0] ? row[0] : "", row[0] && row[1] ? row[1] : "");
        cr_expect(shown[i].started, "%s did not start", what);
        if (shown[i].started)
            expect_one_screen(what, &shown[i].end);
        program_end_clear(&shown[i].end);
        free(shown[i].what);
        free(what);
    }
}

/* Nothing listens; the name does not resolve; a port speaks plainly where TLS is expected. */
Test(cli_run_screen, says_in_three_lines_what_could_not_be_reached)
{
    NEED_HOOKCHECK();
    static const struct raw_step plain[] = {{RAW_SEND, "220 mail.example.com ESMTP\r\n", 0},
                                            {RAW_READ_TO_END, NULL, 0}};
    struct raw_server *server = raw_server_start(plain, ARRAY_LEN(plain), NULL);
    char *tls_url = mem_format("https://127.0.0.1:%d/", raw_server_port(server));
    const char *const urls[] = {"http://127.0.0.1:1/", "http://no-such-host.invalid/", tls_url};
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        struct program_end end;
        run_for_text(urls[i], &end);
        cr_expect_eq(end.code, EXIT_UNREACHED, "%s: %d", urls[i], end.code);
        expect_one_screen(urls[i], &end);
        cr_expect_not_null(strstr(buf_text(&end.out), "\ntried  "), "%s", buf_text(&end.out));
        cr_expect_not_null(strstr(buf_text(&end.out), "\ngot    "));
        cr_expect_not_null(strstr(buf_text(&end.out), "\ndo     "));
        cr_expect_null(strstr(buf_text(&end.out), "HMAC"));
        program_end_clear(&end);
    }
    raw_server_stop(server);
    free(tls_url);
}

/* Answers that would drive a terminal, or never end, or are no HTTP. */
Test(cli_run_screen, fits_for_hostile_ports)
{
    NEED_HOOKCHECK();
    static const struct raw_step escapes[] = {
        {RAW_READ_REQUEST, NULL, 0},
        {RAW_SEND,
         "HTTP/1.1 500 \x1b[2J\x1b]0;x\a\r\nServer: \x1b[31m\r\nContent-Length: 24\r\n"
         "Connection: close\r\n\r\n\x1b[2J\x1b[31m<script>x()//\r\n",
         0},
    };
    static const struct raw_step garbage[] = {{RAW_READ_HEAD, NULL, 0},
                                              {RAW_SEND, "\x01\x02\xff\xfe no HTTP at all\n\n", 0}};
    static const struct raw_step long_word[] = {
        {RAW_READ_REQUEST, NULL, 0},
        {RAW_SEND,
         "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
         "https://example.invalid/"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "a"
         "\r\nConnection: close\r\n\r\n",
         0}};
    const struct {
        const struct raw_step *steps;
        size_t count;
        const char *what;
    } rows[] = {{escapes, ARRAY_LEN(escapes), "escape sequences"},
                {garbage, ARRAY_LEN(garbage), "no HTTP"},
                {long_word, ARRAY_LEN(long_word), "a word longer than a line"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        struct raw_server *server = raw_server_start(rows[i].steps, rows[i].count, NULL);
        char *url = mem_format("http://127.0.0.1:%d/", raw_server_port(server));
        run_for_text(url, &end);
        expect_one_screen(rows[i].what, &end);
        cr_expect_null(strchr(buf_text(&end.out), '\x1b'), "%s", rows[i].what);
        program_end_clear(&end);
        raw_server_stop(server);
        free(url);
    }
}
