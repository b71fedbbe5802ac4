package io.omendb.gpu;

import io.omendb.gpu.Work.Question;
import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.CudaException;
import io.omendb.gpu.resident.Residency;
import io.omendb.gpu.resident.ResidentSegment;
import io.omendb.index.device.DeviceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that searches on the device. What came while it was busy goes together next, so
 * batches form by themselves when there is load and a lone query never waits for others.
 */
final class SearchThread {
    private static final Logger LOG = LoggerFactory.getLogger(SearchThread.class);
    private static final int WAITING_MAX = 8192;
    private static final int TOGETHER_MAX = 1024;
    private static final long CLOSE_MILLIS = 10_000;

    private final CudaContext context;
    private final Supplier<Residency> residency;

    /** Bounded by {@link #WAITING_MAX} questions, and by the segments there are. */
    private final BlockingQueue<Work> waiting = new LinkedBlockingQueue<>();

    private final Thread thread = new Thread(this::run, "omen-gpu-search");
    private final CountDownLatch ready = new CountDownLatch(1);
    private final AtomicLong searches = new AtomicLong();
    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile @Nullable DeviceException lost;
    private volatile boolean closed;

    SearchThread(CudaContext context, Supplier<Residency> residency) {
        this.context = context;
        this.residency = residency;
        thread.setDaemon(true);
    }

    /** Starts, and waits until it can search. */
    void start() throws DeviceException {
        thread.start();
        try {
            ready.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DeviceException("interrupted", e);
        }
        if (lost != null) {
            throw lost;
        }
    }

    boolean isLost() {
        return lost != null;
    }

    long searches() {
        return searches.get();
    }

    long batches() {
        return batches.get();
    }

    long failures() {
        return failures.get();
    }

    /** Queues a question; it fails at once where it cannot be answered. */
    void ask(Question question) {
        DeviceException gone = gone();
        if (gone != null) {
            fail(question, gone);
        } else if (waiting.size() >= WAITING_MAX) {
            fail(question, new DeviceException(WAITING_MAX + " searches wait for the device"));
        } else {
            waiting.add(question);
            gone = gone();
            if (gone != null) {
                // The thread may have looked at the queue for the last time before.
                failWaiting(gone);
            }
        }
    }

    /** Why nothing is answered any more; null while it is. */
    private @Nullable DeviceException gone() {
        return closed ? new DeviceException("the device is closed") : lost;
    }

    /** Queues a segment to be closed. */
    void retire(ResidentSegment segment) {
        waiting.add(new Work.Retire(segment));
    }

    /** Gives the device up: everything runs on the processor from here on. */
    void lose(Throwable why) {
        if (lost == null && !closed) {
            lost = new DeviceException("the GPU is lost: " + why.getMessage(), why);
            LOG.error(
                    "The GPU is lost, searches run on the processor from now on: {}",
                    why.getMessage(),
                    why instanceof CudaException ? null : why);
        }
    }

    private void fail(Question question, DeviceException why) {
        if (question.pending().fail(why)) {
            failures.incrementAndGet();
        }
    }

    private void failWaiting(DeviceException why) {
        for (Work work = waiting.poll(); work != null; work = waiting.poll()) {
            if (work instanceof Question question) {
                fail(question, why);
            }
        }
    }

    private void run() {
        Answering answering = null;
        try {
            context.use();
            answering = new Answering(context, residency);
            ready.countDown();
            while (!closed && lost == null) {
                Work first = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    work(answering, first);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            lose(e);
        } catch (RuntimeException | Error e) {
            lose(e);
        } finally {
            DeviceException gone = gone();
            failWaiting(gone == null ? new DeviceException("the device is closed") : gone);
            ready.countDown();
            close(answering);
        }
    }

    private static void close(@Nullable Answering answering) {
        try {
            if (answering != null) {
                answering.close();
            }
        } catch (CudaException e) {
            LOG.debug("closing the search stream: {}", e.getMessage());
        }
    }

    private void work(Answering answering, Work first) {
        List<Work> taken = new ArrayList<>();
        taken.add(first);
        waiting.drainTo(taken, TOGETHER_MAX - 1);
        try {
            List<Question> questions = new ArrayList<>();
            for (Work work : taken) {
                if (work instanceof Work.Retire retired) {
                    // Questions before it were asked while the segment was there.
                    answer(answering, questions);
                    questions.clear();
                    answering.retire(retired.segment());
                } else if (work instanceof Question question) {
                    questions.add(question);
                }
            }
            answer(answering, questions);
        } catch (RuntimeException | Error e) {
            lose(e);
        } finally {
            // Whatever happened, nobody is left waiting; most were answered, and stay so.
            DeviceException gone = gone();
            DeviceException why = gone == null ? new DeviceException("not answered") : gone;
            for (Work work : taken) {
                if (work instanceof Question question) {
                    fail(question, why);
                }
            }
        }
    }

    private void answer(Answering answering, List<Question> questions) {
        for (List<Question> batch : Answering.alike(questions)) {
            try {
                answering.answer(batch);
                searches.addAndGet(batch.size());
                batches.incrementAndGet();
            } catch (DeviceException e) {
                batch.forEach(question -> fail(question, e));
            } catch (CudaException e) {
                if (!e.isOutOfMemory()) {
                    throw e;
                }
                DeviceException why = new DeviceException("the GPU failed: " + e.getMessage(), e);
                batch.forEach(question -> fail(question, why));
                LOG.warn("A search left the GPU for the processor: {}", e.getMessage());
            }
        }
    }

    /** Ends the thread. Waiting questions fail. False if the thread does not end. */
    boolean end() {
        closed = true;
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
