#include "simt.h"

#include <stdio.h>
#include <stdlib.h>

#include <vector>

dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace simt {
char* shared;

namespace {
constexpr size_t STACK_BYTES = 64 << 10;
constexpr int WORDS = 6;

enum State { READY, AT_WARP, AT_BLOCK, ENDED };

struct Fiber {
    void* stack = nullptr;
    void* pointer = nullptr;  // saved stack pointer
    State state = READY;
    int turn = 0;
    uint32_t words[2][WORDS];
};

std::vector<Fiber> fibers;
uint32_t count;
uint32_t current;
void* scheduler;
const std::function<void()>* body;

// Saves what a called function has to keep, swaps stacks, and goes on there.
extern "C" void simt_switch(void** save, void* to);
asm(R"(
.text
.globl simt_switch
simt_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
)");

void yield(State state) {
    Fiber& own = fibers[current];
    own.state = state;
    simt_switch(&own.pointer, scheduler);
}

extern "C" void simt_entry() {
    (*body)();
    yield(ENDED);
    abort();
}

void start(Fiber& fiber) {
    if (fiber.stack == nullptr) {
        fiber.stack = aligned_alloc(64, STACK_BYTES);
    }
    uintptr_t top = (uintptr_t) fiber.stack + STACK_BYTES;
    void** at = (void**) (top & ~(uintptr_t) 63);
    *--at = nullptr;  // as after a call: the stack is off by 8 from a multiple of 16
    *--at = (void*) simt_entry;
    for (int i = 0; i < 6; i++) {
        *--at = nullptr;
    }
    fiber.pointer = at;
    fiber.state = READY;
    fiber.turn = 0;
}

// Whether all of some fibers that have not ended wait for the same; then they go on.
bool release(uint32_t from, uint32_t to, State waited) {
    uint32_t waiting = 0, alive = 0;
    for (uint32_t i = from; i < to; i++) {
        alive += fibers[i].state != ENDED;
        waiting += fibers[i].state == waited;
    }
    if (waiting == 0 || waiting != alive) {
        return false;
    }
    for (uint32_t i = from; i < to; i++) {
        if (fibers[i].state == waited) {
            fibers[i].state = READY;
        }
    }
    return true;
}

void runBlock() {
    for (uint32_t i = 0; i < count; i++) {
        start(fibers[i]);
    }
    while (true) {
        bool ran = false;
        for (uint32_t first = 0; first < count; first += 32) {
            uint32_t end = first + 32 < count ? first + 32 : count;
            bool again = true;
            while (again) {
                for (uint32_t i = first; i < end; i++) {
                    if (fibers[i].state == READY) {
                        ran = true;
                        current = i;
                        threadIdx = {i, 0, 0};
                        simt_switch(&scheduler, fibers[i].pointer);
                    }
                }
                again = release(first, end, AT_WARP);
            }
        }
        if (release(0, count, AT_BLOCK)) {
            continue;
        }
        bool ended = true;
        for (uint32_t i = 0; i < count; i++) {
            ended &= fibers[i].state == ENDED;
        }
        if (ended) {
            return;
        }
        if (!ran) {
            fprintf(stderr, "emulator: threads of a block wait for each other\n");
            abort();
        }
    }
}
}  // namespace

int lane() { return current % 32; }

void syncBlock() { yield(AT_BLOCK); }

void exchange(const uint32_t* words, int n) {
    Fiber& own = fibers[current];
    own.turn ^= 1;
    memcpy(own.words[own.turn], words, n * sizeof(uint32_t));
    yield(AT_WARP);
}

const uint32_t* wordsOf(int of) {
    Fiber& other = fibers[current / 32 * 32 + of];
    return other.words[fibers[current].turn];
}

void launch(
        dim3 grid, uint32_t threads, uint32_t sharedBytes, const std::function<void()>& thread) {
    std::vector<char> memory(sharedBytes + 64);
    shared = (char*) (((uintptr_t) memory.data() + 63) & ~(uintptr_t) 63);
    if (fibers.size() < threads) {
        fibers.resize(threads);
    }
    count = threads;
    body = &thread;
    gridDim = grid;
    blockDim = {threads, 1, 1};
    for (uint32_t y = 0; y < grid.y; y++) {
        for (uint32_t x = 0; x < grid.x; x++) {
            blockIdx = {x, y, 0};
            // Shared memory starts with what another block left, never with zeros.
            memset(shared, 0xa5, sharedBytes);
            runBlock();
        }
    }
}
}  // namespace simt
