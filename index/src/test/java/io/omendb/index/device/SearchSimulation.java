package io.omendb.index.device;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads that search one after the other on 16 cores and a GPU beside them, event by event: who
 * waits for a core, and which searches go to the GPU together. Times are microseconds.
 */
final class SearchSimulation {
    private static final int CORES = 16;

    /** How long a thread keeps a core that others wait for. */
    private static final double SLICE = 3000;

    /** From which on a thread that was woken takes the core of one that runs. */
    private static final double PREEMPTED_AFTER = 1000;

    private static final double WAKING = 12;
    private static final double PERIOD = 100_000;
    private static final double NOISE = 0.15;
    private static final double NEVER = Double.MAX_VALUE;

    /** Batches whose time on the GPU is known. */
    private static final int[] BATCHES = {1, 4, 16, 64, 256};

    /** How cores are given to threads. */
    enum Cores {
        /** In turn; who is woken may go before who runs. */
        PREEMPTED,
        /** In turn. */
        SHARED,
        /** As many cores as threads, until a tenth of a second's share is used up. */
        QUOTA
    }

    /**
     * What searches of one kind take.
     *
     * @param around of a core, for each search, before it is sent anywhere
     * @param host of a core, for one thread and for many, whose memory they share
     * @param handing of a core, to make a search for the GPU and to take its answer; likewise
     * @param eachOfBatch of the thread that drives the GPU, for each search of a batch
     * @param batch on the GPU, for batches of 1, 4, 16, 64 and 256
     */
    record Work(
            String name,
            double around,
            double[] host,
            double[] handing,
            double eachOfBatch,
            double[] batch) {
        /** As the first of a pair for few threads, as the second for many. */
        private static double of(double[] pair, int threads) {
            return pair[threads >= CORES ? 1 : 0];
        }

        private double onGpu(int searches) {
            int last = BATCHES.length - 1;
            for (int i = 0; i < last; i++) {
                if (searches <= BATCHES[i + 1]) {
                    double part = (searches - BATCHES[i]) / (double) (BATCHES[i + 1] - BATCHES[i]);
                    return batch[i] + part * (batch[i + 1] - batch[i]) + searches * eachOfBatch;
                }
            }
            return batch[last] * searches / BATCHES[last] + searches * eachOfBatch;
        }
    }

    /** What came of a load: searches a second, and the share of them on the GPU. */
    record Load(double perSecond, double onDevice) {}

    /** A thread, and what it does next. */
    private static final class Task {
        private double left;
        private Runnable then = () -> {};
        private int turn;
        private double runningSince;
        private double coreSince;
        private double began;
        private @Nullable PlannedSearch search;
    }

    private record Event(double time, long order, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Double.compare(time, other.time);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final Random random;
    private final Cores kind;
    private final int cores;

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long order;

    /** Time that passes while cores are given, and what was waited for a quota beside it. */
    private double now;

    private double withheld;
    private double quota = CORES * PERIOD;
    private double periodEnd = PERIOD;

    private final ArrayDeque<Task> ready = new ArrayDeque<>();
    private final Set<Task> running = new LinkedHashSet<>();

    /** The one whose event is under way, if it may go on, on its core. */
    private @Nullable Task current;

    private boolean goesOn;

    private final Task driver = new Task();
    private final ArrayDeque<Task> asked = new ArrayDeque<>();
    private boolean driverBusy;

    private Work work = new Work("", 0, new double[2], new double[2], 0, new double[5]);
    private int threads;
    private Supplier<PlannedSearch> planner = PlannedSearch::forced;
    private double from;
    private double end;
    private long done;
    private long doneOnDevice;

    SearchSimulation(long seed, Cores kind) {
        this.random = new Random(seed);
        this.kind = kind;
        this.cores = kind == Cores.QUOTA ? Integer.MAX_VALUE : CORES;
    }

    /** Nanoseconds, for a planner. */
    long clock() {
        return (long) (wall() * 1000);
    }

    /**
     * So many threads search, first for some time that does not count.
     *
     * @param chosen tells where the next search goes, and is told when it ended
     */
    Load run(
            Work kindOfWork,
            int threadCount,
            Supplier<PlannedSearch> chosen,
            double warmup,
            double measured) {
        work = kindOfWork;
        threads = threadCount;
        planner = chosen;
        done = 0;
        doneOnDevice = 0;
        from = wall() + warmup;
        end = from + measured;
        for (int t = 0; t < threads; t++) {
            Task task = new Task();
            at(now + random.nextDouble() * 500, () -> next(task));
        }
        for (Event event = events.poll(); event != null; event = events.poll()) {
            if (event.time() > now) {
                advance(event.time());
            }
            event.what().run();
        }
        return new Load(done / (measured / 1e6), doneOnDevice / (double) Math.max(1, done));
    }

    private double wall() {
        return now + withheld;
    }

    private void at(double time, Runnable what) {
        events.add(new Event(time, order++, what));
    }

    /** Lets time pass, and withholds cores where a quota is used up. */
    private void advance(double to) {
        while (kind == Cores.QUOTA && now < to) {
            double untilUsedUp = running.isEmpty() ? NEVER : quota / running.size();
            double untilPeriod = periodEnd - wall();
            double step = Math.max(0, Math.min(to - now, Math.min(untilPeriod, untilUsedUp)));
            now += step;
            quota -= step * running.size();
            if (wall() >= periodEnd - 1e-6) {
                newPeriod();
            } else if (quota <= 1e-6) {
                withheld += periodEnd - wall();
                newPeriod();
            }
        }
        now = to;
    }

    private void newPeriod() {
        periodEnd += PERIOD;
        quota = CORES * PERIOD;
    }

    private double noise() {
        return Math.exp(NOISE * random.nextGaussian());
    }

    // What a thread does.

    private void next(Task task) {
        if (wall() >= end) {
            return;
        }
        task.began = wall();
        goOn(task, work.around() * noise(), () -> send(task));
    }

    private void send(Task task) {
        PlannedSearch search = planner.get();
        task.search = search;
        if (search.onDevice()) {
            double making = 0.8 * Work.of(work.handing(), threads) * noise();
            goOn(task, making, () -> ask(task));
        } else {
            goOn(task, Work.of(work.host(), threads) * noise(), () -> finish(task));
        }
    }

    private void finish(Task task) {
        PlannedSearch search = task.search;
        if (search != null) {
            search.close();
            if (task.began >= from && task.began < end) {
                done++;
                doneOnDevice += search.onDevice() ? 1 : 0;
            }
        }
        next(task);
    }

    private void ask(Task task) {
        asked.add(task);
        if (!driverBusy) {
            driverBusy = true;
            at(now + WAKING, () -> answer(false));
        }
    }

    /** What was asked meanwhile goes to the GPU together. */
    private void answer(boolean goingOn) {
        List<Task> batch = new ArrayList<>(asked);
        asked.clear();
        double takes = work.onGpu(batch.size()) * noise();
        Runnable then =
                () -> {
                    for (Task task : batch) {
                        at(now + WAKING, () -> take(task));
                    }
                    driverBusy = !asked.isEmpty();
                    if (driverBusy) {
                        answer(true);
                    }
                };
        if (goingOn) {
            goOn(driver, takes, then);
        } else {
            start(driver, takes, then, true);
        }
    }

    private void take(Task task) {
        double taking = 0.2 * Work.of(work.handing(), threads);
        start(task, taking, () -> finish(task), true);
    }

    // Who runs on which core.

    private void start(Task task, double takes, Runnable then, boolean woken) {
        task.left = takes;
        task.then = then;
        if (running.size() < cores) {
            dispatch(task);
        } else if (!woken) {
            ready.addLast(task);
        } else {
            ready.addFirst(task);
            if (kind == Cores.PREEMPTED) {
                preempt();
            }
        }
    }

    private void preempt() {
        Task longest = running.iterator().next();
        for (Task task : running) {
            longest = task.coreSince < longest.coreSince ? task : longest;
        }
        if (now - longest.coreSince >= PREEMPTED_AFTER) {
            longest.left -= now - longest.runningSince;
            leave(longest);
            ready.addLast(longest);
            dispatchReady();
        }
    }

    /** The thread whose event it is does something else next, on its core. */
    private void goOn(Task task, double takes, Runnable then) {
        if (task != current) {
            start(task, takes, then, false);
            return;
        }
        task.left = takes;
        task.then = then;
        goesOn = true;
        if (now - task.coreSince >= SLICE && !ready.isEmpty()) {
            leave(task);
            ready.addLast(task);
            dispatchReady();
        } else {
            slice(task);
        }
    }

    private void dispatchReady() {
        while (running.size() < cores && !ready.isEmpty()) {
            dispatch(ready.pollFirst());
        }
    }

    private void dispatch(Task task) {
        running.add(task);
        task.coreSince = now;
        slice(task);
    }

    private void leave(Task task) {
        running.remove(task);
        task.turn++;
    }

    private void slice(Task task) {
        task.runningSince = now;
        int turn = ++task.turn;
        double ofSlice = Math.max(1, SLICE - (now - task.coreSince));
        at(
                now + Math.min(task.left, ofSlice),
                () -> {
                    if (task.turn == turn) {
                        sliceEnded(task);
                    }
                });
    }

    private void sliceEnded(Task task) {
        task.left -= now - task.runningSince;
        task.runningSince = now;
        if (task.left <= 1e-6) {
            current = task;
            goesOn = false;
            task.then.run();
            current = null;
            if (!goesOn) {
                leave(task);
                dispatchReady();
            }
        } else if (ready.isEmpty()) {
            task.coreSince = now;
            slice(task);
        } else {
            leave(task);
            ready.addLast(task);
            dispatchReady();
        }
    }
}
