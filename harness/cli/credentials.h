/*
 * Credentials in URLs that a user gives: hidden before anything is said of them.
 */
#ifndef CLI_CREDENTIALS_H
#define CLI_CREDENTIALS_H

/* Hides what is secret in `text` when it is a URL: user and password, together and the password
 * alone, and the values of parameters such as ?token=..., as they are and decoded. What is not a
 * URL is left alone. */
void credentials_hide(const char *text);

#endif
