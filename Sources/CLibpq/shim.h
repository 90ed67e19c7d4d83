#ifndef RESUTVEKSL_CLIBPQ_SHIM_H
#define RESUTVEKSL_CLIBPQ_SHIM_H

#include <libpq-fe.h>

/* What the event loop needs of Linux and Swift's Glibc module does not show. */
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

/* A counter that poll(2) can wait for; never blocks. */
static inline int resutveksl_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

/* Names the calling thread for debuggers and profilers; at most 15 bytes. */
static inline void resutveksl_name_thread(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

#endif
