/* The tables behind receive/fault.h; for fault.c alone. */
#ifndef RECEIVE_FAULTS_H
#define RECEIVE_FAULTS_H

#include "receive/fault.h"

extern const struct fault faults_a[];
extern const size_t num_faults_a;
extern const struct fault faults_a_part[];
extern const size_t num_faults_a_part;
extern const struct fault faults_b[];
extern const size_t num_faults_b;
extern const struct fault faults_c[];
extern const size_t num_faults_c;
extern const struct fault faults_d[];
extern const size_t num_faults_d;
extern const struct fault faults_e[];
extern const size_t num_faults_e;
extern const struct fault faults_f[];
extern const size_t num_faults_f;
extern const struct fault faults_g[];
extern const size_t num_faults_g;

#endif
