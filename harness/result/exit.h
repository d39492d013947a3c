/* How the program ends: the exit codes, which scripts depend on. */
#ifndef RESULT_EXIT_H
#define RESULT_EXIT_H

enum exit_code {
    EXIT_OK = 0,
    EXIT_FELL_SHORT = 1, /* also: a signature is not valid */
    EXIT_WRONG_USAGE = 2,
    EXIT_UNREACHED = 3,
    EXIT_UNDECIDED = 4,
    EXIT_BASELINE = 5, /* only known failures */
    EXIT_OUR_FAILURE = 6,
    EXIT_INTERRUPTED = 130
};

#endif
