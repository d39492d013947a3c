/* The signals that ask a program to end. */
#ifndef BASE_ENDING_H
#define BASE_ENDING_H

/* Calls `handler` at SIGINT, SIGTERM and SIGHUP; the last one stays ignored where it is (nohup). */
void ending_watch(void (*handler)(int number));

#endif
