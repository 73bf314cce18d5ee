#include "hooks.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <functional>
#include <malloc.h>
#include <sched.h>
#include <semaphore.h>
#include <stdexcept>
#include <unistd.h>

// What is used of DuckDB's own header duckdb/planner/expression_iterator.hpp.
namespace duckdb {
class Expression;
class ExpressionIterator {
public:
	static void EnumerateChildren(const Expression &expr, const std::function<void(const Expression &child)> &callback);
};
} // namespace duckdb

// Six things that DuckDB leaves open are closed here. The linker puts the functions at
// the end of this file between DuckDB's allocator, the evaluation of a scalar function,
// the hash of an expression, its loop over tasks, the semaphore of its threads and their
// callers (hooks_linux.go); a library without them would not link.
//
// Memory: DuckDB's limit counts the blocks of its buffer manager. The vectors that it
// computes with are beside it, and one vector of lists may take gigabytes. So the
// allocator under both is counted, and refuses what would exceed the ceiling: DuckDB
// then ends the statement with an error of its own.
//
// Interrupts: DuckDB looks for them between blocks of rows, and one block may take
// hours: of lambdas in lambdas, or of functions of long texts. So they are looked for
// before each function, and where a function allocates.
//
// Planning: DuckDB's hash of an expression is the exclusive or of its parts, so f(f(x))
// has that of x. Where it looks for expressions that occur twice, it compares each level
// of nested calls with half of the others, to the bottom: cubic in the depth, and nothing
// interrupts it. So the parts are mixed at each level. And where DuckDB binds a call of
// constants it evaluates each argument, to see whether it is NULL, and so each level of
// nested calls all those below: what is deep is evaluated once, when the statement runs.
//
// The log: DuckDB cuts off what a commit that fails has written. When the disk fails
// there, too, it ends the process. So that second error is only counted (Engine.Damaged).
//
// Waiting: the thread that asked for a statement takes part in it, and when DuckDB's own
// threads have its last tasks it asks for more without a pause. On two processors it
// keeps them from half of one, and all others from it. So it pauses.
//
// Waking: each task of a statement wakes one of DuckDB's threads, which looks ten thousand
// times for another one before it sleeps again. An insert of some hundred rows has tasks
// that follow one another, and the thread that asked for it does them as fast by itself:
// waking others for it was a fifth of what a commit costs. So nobody is woken for it.
namespace {

std::atomic<long long> used{0}, ceiling{0}, damaged{0};

// Small pieces are let through a little longer: what is refused first is the growth of
// a large vector, and not a commit that happens at the same time.
constexpr long long large = 1 << 20, reserve = 64 << 20;

constexpr int most = 256; // clients to stop at once; any more are not looked for
std::atomic<void *> stopping[most];
std::atomic<int> stops{0};

// An allocation is refused only where DuckDB catches the exception that it makes of
// it: while this thread works for an operator or evaluates a function, and not while it
// is in a function of ours, nor in a call of Go's for anything else.
thread_local void *evaluating = nullptr; // the client that a function is evaluated for
thread_local int functions = 0;          // that are being evaluated
thread_local int ours = 0;               // of them, or below them, in Go
thread_local bool operating = false;

bool is_stopping(void *client) {
	if (client == nullptr || stops.load(std::memory_order_relaxed) == 0) {
		return false;
	}
	for (auto &other : stopping) {
		if (other.load(std::memory_order_relaxed) == client) {
			return true;
		}
	}
	return false;
}

// DuckDB's C interface hands out a structure that holds nothing but the reference.
void *context_of(void *client) { return *static_cast<void **>(client); }

bool replace(void *from, void *to) {
	for (auto &slot : stopping) {
		void *expected = from;
		if (slot.compare_exchange_strong(expected, to)) {
			stops += to == nullptr ? -1 : 1;
			return true;
		}
	}
	return false;
}

// take counts bytes more in use, and reports whether they may be.
bool take(long long bytes) {
	bool caught = ours == 0 && (operating || functions > 0);
	if (caught && is_stopping(evaluating)) {
		return false;
	}
	long long limit = ceiling.load(std::memory_order_relaxed);
	long long now = used.fetch_add(bytes, std::memory_order_relaxed) + bytes;
	if (!caught || limit == 0 || now <= limit || (bytes < large && now <= limit + reserve)) {
		return true;
	}
	used.fetch_sub(bytes, std::memory_order_relaxed);
	return false;
}

void give(long long bytes) { used.fetch_sub(bytes, std::memory_order_relaxed); }

// evaluation is the time of one function's evaluation.
struct evaluation {
	void *outer;
	explicit evaluation(void *client) : outer(evaluating) {
		if (is_stopping(client)) {
			throw std::runtime_error("interrupted");
		}
		evaluating = client;
		functions++;
	}
	~evaluation() {
		evaluating = outer;
		functions--;
	}
};

// mix is the last step of MurmurHash3: each bit of the result depends on all of h.
unsigned long long mix(unsigned long long h) {
	h = (h ^ h >> 33) * 0xff51afd7ed558ccdULL;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 33;
}

constexpr unsigned char no_tasks = 4; // duckdb::PendingExecutionResult::NO_TASKS_AVAILABLE
constexpr int yields = 4;              // before it sleeps
constexpr useconds_t nap = 50;
thread_local int vain = 0; // times in a row that there was no task
std::atomic<long long> naps{0};

// DuckDB's threads wait at a semaphore of moodycamel's: a count, which is negative while
// some wait, and behind it the system's semaphore, which is posted only then. To wake
// nobody, the count is put back to what it was. If others have raised it meanwhile, they
// count on the thread that is to be woken, and it is.
thread_local bool alone = false;
std::atomic<long long> unwoken{0};

bool take_back(sem_t *semaphore) {
	static_assert(sizeof(std::atomic<ssize_t>) == sizeof(ssize_t), "the count stands right before the semaphore");
	auto count = reinterpret_cast<std::atomic<ssize_t> *>(semaphore) - 1;
	for (ssize_t now = count->load(); now <= 0;) {
		if (count->compare_exchange_weak(now, now - 1)) {
			unwoken.fetch_add(1, std::memory_order_relaxed);
			return true;
		}
	}
	return false;
}

constexpr int most_folded = 32; // levels of an expression that is evaluated while binding

// has_levels reports whether an expression has at most so many levels.
bool has_levels(const duckdb::Expression &expr, int most) {
	bool fits = most > 0;
	if (fits) {
		duckdb::ExpressionIterator::EnumerateChildren(
		    expr, [&](const duckdb::Expression &child) { fits = fits && has_levels(child, most - 1); });
	}
	return fits;
}

} // namespace

extern "C" {

long long tidemark_memory_used(void) { return used; }
void tidemark_raise_memory_ceiling(long long bytes) { ceiling += bytes; }
void *tidemark_stop(void *client) {
	void *context = context_of(client);
	return replace(nullptr, context) ? context : nullptr;
}
void tidemark_go_on(void *stopped) {
	if (stopped != nullptr) {
		replace(stopped, nullptr);
	}
}
long long tidemark_naps(void) { return naps; }
int tidemark_stopped(void) { return is_stopping(evaluating); }
void tidemark_enter_ours(void) { ours++; }
void tidemark_leave_ours(void) { ours--; }
void tidemark_end_operating(void) { operating = alone = false; }
void tidemark_work_alone(void) { alone = true; }
long long tidemark_unwoken(void) { return unwoken; }
long long tidemark_damaged_logs(void) { return damaged; }
int tidemark_share_heaps(int heaps) {
#ifdef __GLIBC__
	return getenv("MALLOC_ARENA_MAX") == nullptr ? mallopt(M_ARENA_MAX, heaps) : 1;
#else
	(void)heaps;
	return 1; // there is one
#endif
}

#define ALLOCATE(kind) kind##_ZN6duckdb17JemallocExtension8AllocateEPNS_20PrivateAllocatorDataEm
#define REALLOCATE(kind) kind##_ZN6duckdb17JemallocExtension10ReallocateEPNS_20PrivateAllocatorDataEPhmm
#define FREE(kind) kind##_ZN6duckdb17JemallocExtension4FreeEPNS_20PrivateAllocatorDataEPhm
#define EVALUATE(kind) kind##_ZN6duckdb18ExpressionExecutor7ExecuteERKNS_23BoundFunctionExpressionEPNS_15ExpressionStateEPKNS_15SelectionVectorEmRNS_6VectorE
#define OPERATE(kind) kind##_ZN6duckdb16OperatorProfiler13StartOperatorENS_12optional_ptrIKNS_16PhysicalOperatorELb1EEE
#define FOLD(kind) kind##_ZN6duckdb18ExpressionExecutor17TryEvaluateScalarERNS_13ClientContextERKNS_10ExpressionERNS_5ValueE
#define HASH_BOUND(kind) kind##_ZNK6duckdb10Expression4HashEv
#define HASH_PARSED(kind) kind##_ZNK6duckdb16ParsedExpression4HashEv
#define CUT(kind) kind##_ZN6duckdb18BufferedFileWriter8TruncateEm
#define TASK(kind) kind##_ZN6duckdb8Executor11ExecuteTaskEb
#define HAS_CONTEXT _ZN6duckdb18ExpressionExecutor10HasContextEv
#define CONTEXT _ZN6duckdb18ExpressionExecutor10GetContextEv

unsigned char *ALLOCATE(__real_)(void *data, size_t size);
unsigned char *REALLOCATE(__real_)(void *data, unsigned char *old, size_t old_size, size_t size);
void FREE(__real_)(void *data, unsigned char *old, size_t size);
void EVALUATE(__real_)(void *executor, void *expr, void *state, void *rows, size_t count, void *result);
void OPERATE(__real_)(void *profiler, void *op);
bool FOLD(__real_)(void *client, const void *expr, void *result);
unsigned long long HASH_BOUND(__real_)(const void *expr);
unsigned long long HASH_PARSED(__real_)(const void *expr);
void CUT(__real_)(void *writer, unsigned long long size);
unsigned char TASK(__real_)(void *executor, bool dry);
int __real_sem_post(sem_t *semaphore);
bool HAS_CONTEXT(void *executor);
void *CONTEXT(void *executor);

void CUT(__wrap_)(void *writer, unsigned long long size) {
	bool failing = std::current_exception() != nullptr || std::uncaught_exceptions() > 0;
	try {
		CUT(__real_)(writer, size);
	} catch (...) {
		damaged++;
		if (!failing) {
			throw;
		}
	}
}

unsigned char *ALLOCATE(__wrap_)(void *data, size_t size) {
	if (!take(size)) {
		return nullptr;
	}
	auto block = ALLOCATE(__real_)(data, size);
	if (block == nullptr) {
		give(size);
	}
	return block;
}

unsigned char *REALLOCATE(__wrap_)(void *data, unsigned char *old, size_t old_size, size_t size) {
	if (size > old_size && !take(size - old_size)) {
		return nullptr;
	}
	auto block = REALLOCATE(__real_)(data, old, old_size, size);
	if (block == nullptr && size > old_size) {
		give(size - old_size);
	}
	if (block != nullptr && size < old_size) {
		give(old_size - size);
	}
	return block;
}

void FREE(__wrap_)(void *data, unsigned char *old, size_t size) {
	FREE(__real_)(data, old, size);
	give(size);
}

void EVALUATE(__wrap_)(void *executor, void *expr, void *state, void *rows, size_t count, void *result) {
	evaluation now(HAS_CONTEXT(executor) ? CONTEXT(executor) : evaluating);
	EVALUATE(__real_)(executor, expr, state, rows, count, result);
}

// A thread of DuckDB's own does nothing but operators from here on; one of Go's does
// other things too, and says when this has ended.
void OPERATE(__wrap_)(void *profiler, void *op) {
	operating = true;
	OPERATE(__real_)(profiler, op);
}

// The answer false is that of an expression whose evaluation fails.
bool FOLD(__wrap_)(void *client, const void *expr, void *result) {
	return has_levels(*static_cast<const duckdb::Expression *>(expr), most_folded) && FOLD(__real_)(client, expr, result);
}

unsigned char TASK(__wrap_)(void *executor, bool dry) {
	auto result = TASK(__real_)(executor, dry);
	if (dry || result != no_tasks) {
		vain = 0;
	} else if (++vain <= yields) {
		sched_yield();
	} else {
		naps.fetch_add(1, std::memory_order_relaxed);
		usleep(nap);
	}
	return result;
}

// Only DuckDB calls it while a thread works alone: what it calls of ours is Go, whose
// threads wait otherwise.
int __wrap_sem_post(sem_t *semaphore) {
	return alone && take_back(semaphore) ? 0 : __real_sem_post(semaphore);
}

unsigned long long HASH_BOUND(__wrap_)(const void *expr) { return mix(HASH_BOUND(__real_)(expr)); }
unsigned long long HASH_PARSED(__wrap_)(const void *expr) { return mix(HASH_PARSED(__real_)(expr)); }

} // extern "C"
