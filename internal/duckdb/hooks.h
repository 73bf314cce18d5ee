#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// Bytes that DuckDB's allocator has given out, in all databases of this process.
long long tidemark_memory_used(void);

// Adds to the most that it gives out, which is without bound while the sum is 0.
void tidemark_raise_memory_ceiling(long long bytes);

// Ends what a client context (of DuckDB's C interface) evaluates, until what is
// returned may go on, which may be after the context's end.
void *tidemark_stop(void *client);
void tidemark_go_on(void *stopped);

// Times that a thread slept because others had all tasks of its statement.
long long tidemark_naps(void);

// Reports whether the calling thread evaluates for a client that is to stop.
int tidemark_stopped(void);

// Surround a function of ours that DuckDB calls on this thread, and what a statement
// does on it.
void tidemark_enter_ours(void);
void tidemark_leave_ours(void);
void tidemark_end_operating(void);

// Has what the calling thread does from now on wake none of DuckDB's threads, until
// tidemark_end_operating.
void tidemark_work_alone(void);

// Times that a thread was not woken because of it.
long long tidemark_unwoken(void);

// Counts the logs, of all databases of this process, in which what a commit that failed
// had written stays.
long long tidemark_damaged_logs(void);

// Has all threads of this process share so many heaps of the C library, unless the
// environment says how many, and reports whether that is so.
int tidemark_share_heaps(int heaps);

#ifdef __cplusplus
}
#endif
