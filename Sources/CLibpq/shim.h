#ifndef RESUTVEKSL_CLIBPQ_SHIM_H
#define RESUTVEKSL_CLIBPQ_SHIM_H

#include <libpq-fe.h>

/* What the client needs of Linux and Swift's Glibc module does not show. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A counter that poll(2) can wait for; never blocks. */
static inline int resutveksl_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

/* A file without a name, in memory; seen by Swift only here because memfd_create is a GNU extension. */
static inline int resutveksl_memory_file(const char *name) {
    extern int memfd_create(const char *, unsigned int);
    return memfd_create(name, 1U /* MFD_CLOEXEC */);
}

/* The same with something in it, which nobody can change any more: what systemd's journal takes instead of a datagram that is
   too large. -1 when it cannot be made. */
static inline int resutveksl_sealed_file(const char *name, const void *bytes, size_t size) {
    extern int memfd_create(const char *, unsigned int);
    int descriptor = memfd_create(name, 3U /* MFD_CLOEXEC | MFD_ALLOW_SEALING */);
    if (descriptor < 0) return -1;
    for (size_t written = 0; written < size;) {
        ssize_t count = write(descriptor, (const char *)bytes + written, size - written);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) { close(descriptor); return -1; }
        written += (size_t)count;
    }
    if (fcntl(descriptor, 1033 /* F_ADD_SEALS */, 15 /* F_SEAL_SEAL, _SHRINK, _GROW, _WRITE */) != 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

/* Names the calling thread for debuggers and profilers; at most 15 bytes. */
static inline void resutveksl_name_thread(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

/* Bytes that a TCP connection has received in its life, TLS included; -1 for other sockets.
   tcpi_bytes_received stands at byte 128 of the kernel's struct tcp_info (include/uapi/linux/tcp.h, since Linux 4.1), which
   glibc's own copy of the struct does not have. */
static inline long long resutveksl_tcp_received(int descriptor) {
    char info[256];
    socklen_t size = sizeof info;
    long long received;
    if (getsockopt(descriptor, 6 /* IPPROTO_TCP */, 11 /* TCP_INFO */, info, &size) != 0) return -1;
    if (size < 128 + sizeof received) return -1;
    memcpy(&received, info + 128, sizeof received);
    return received;
}

/* Blocks of so many bytes and more are mapped each by itself, and unmapped when they are freed. */
static inline void resutveksl_give_back_blocks(int bytes) {
    mallopt(M_MMAP_THRESHOLD, bytes);
}

/* Bytes that wait in a socket to be read. */
static inline int resutveksl_pending(int descriptor) {
    int pending = 0;
    return ioctl(descriptor, FIONREAD, &pending) == 0 ? pending : 0;
}

#endif
