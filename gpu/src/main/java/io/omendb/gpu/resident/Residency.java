package io.omendb.gpu.resident;

import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.CudaException;
import io.omendb.index.segment.Segment;
import io.omendb.schema.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which segments are in device memory. Segments are copied there by a thread of this class, within
 * a budget; the longest unused go when others need the room.
 *
 * <p>Any thread may ask and release. Only the thread of this class puts segments in and takes them
 * out, so that none goes while it is written to; it hands what goes to the thread that searches,
 * which closes it between searches.
 */
public final class Residency {
    private static final Logger LOG = LoggerFactory.getLogger(Residency.class);
    private static final int QUEUE_MAX = 1 << 16;
    private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long ROOM_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long CLOSE_MILLIS = 10_000;
    private static final long PAUSE_MILLIS = 50;

    /** How often rows of growing segments follow, while somebody searches them. */
    private static final long FOLLOW_MILLIS = 2;

    private static final int FOLLOWED_ROWS_MIN = 4096;

    private final CudaContext context;
    private final long budgetBytes;
    private final Consumer<ResidentSegment> onRetired;
    private final Consumer<Throwable> onLost;
    private final Map<Segment, Place> places = new ConcurrentHashMap<>();
    private final Set<Segment> growing = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Segment> waiting = new ArrayBlockingQueue<>(QUEUE_MAX);

    /** Places that were released; bounded by the segments there are. */
    private final ConcurrentLinkedQueue<Place> released = new ConcurrentLinkedQueue<>();

    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicLong residentRows = new AtomicLong();
    private final Thread thread = new Thread(this::run, "omen-gpu-upload");
    private volatile @Nullable Uploader uploading;
    private volatile boolean closed;
    private long loggedAtNanos = System.nanoTime() - LOG_NANOS;

    /**
     * Starts the thread.
     *
     * @param budgetBytes device memory that segments may take
     * @param onRetired takes segments that have to go; calls {@link #freed} when their memory is
     *     free
     * @param onLost told when the device cannot be used any more
     */
    public Residency(
            CudaContext context,
            long budgetBytes,
            Consumer<ResidentSegment> onRetired,
            Consumer<Throwable> onLost) {
        this.context = context;
        this.budgetBytes = budgetBytes;
        this.onRetired = onRetired;
        this.onLost = onLost;
        thread.setDaemon(true);
        thread.start();
    }

    /** Asks for a frozen segment to be copied, if it was not asked for before. */
    public void admit(Segment segment) {
        Place known = places.get(segment);
        if (known != null) {
            if (known.grows() || !known.retry(System.nanoTime())) {
                return;
            }
        } else if (places.putIfAbsent(segment, new Place(0)) != null) {
            return;
        }
        if (!waiting.offer(segment)) {
            places.remove(segment);
        }
    }

    /** Asks for a growing segment's rows to follow soon after they are appended. */
    public void follow(Segment segment, int rowsMax) {
        if (places.putIfAbsent(segment, new Place(Math.max(1, rowsMax))) == null) {
            growing.add(segment);
        }
    }

    /** Rows of a segment that can be searched now. Asking is taken as a wish for more of them. */
    public int rows(Segment segment) {
        Place known = places.get(segment);
        if (known == null) {
            return 0;
        }
        if (known.grows()) {
            known.want(System.nanoTime());
        }
        ResidentSegment resident = known.resident;
        return resident == null ? 0 : resident.rows();
    }

    /** Gives a segment's memory back. */
    public void release(Segment segment) {
        Place known = places.remove(segment);
        if (known != null) {
            known.released = true;
            released.add(known);
        }
    }

    /** The segment in device memory, for a search of now; null if it is not there. */
    public @Nullable ResidentSegment use(Segment segment) {
        Place known = places.get(segment);
        ResidentSegment resident = known == null ? null : known.resident;
        if (resident != null) {
            resident.use(System.nanoTime());
        }
        return resident;
    }

    /** Notes that the memory of a retired segment is free. */
    public void freed(ResidentSegment segment, long bytes) {
        usedBytes.addAndGet(-bytes);
        residentRows.addAndGet(-segment.rows());
    }

    public long usedBytes() {
        return usedBytes.get();
    }

    public long residentRows() {
        return residentRows.get();
    }

    public long budgetBytes() {
        return budgetBytes;
    }

    private void run() {
        try {
            context.use();
            Uploader uploader = new Uploader(context);
            uploading = uploader;
            try {
                work(uploader);
            } finally {
                uploader.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            if (!closed) {
                onLost.accept(e);
            }
        }
    }

    private void work(Uploader uploader) throws InterruptedException {
        long pauseMillis = PAUSE_MILLIS;
        while (!closed) {
            Segment next = waiting.poll(pauseMillis, TimeUnit.MILLISECONDS);
            retireReleased();
            Place place = next == null ? null : places.get(next);
            if (next != null && place != null && place.resident == null) {
                carefully(next, place, () -> copy(uploader, next, place));
            }
            pauseMillis = followAll(uploader) ? FOLLOW_MILLIS : PAUSE_MILLIS;
        }
    }

    /** What goes wrong with one segment, but for the device itself, must not keep others away. */
    private void carefully(Segment segment, Place place, Step step) throws InterruptedException {
        try {
            step.run();
        } catch (CudaException e) {
            if (!e.isOutOfMemory()) {
                throw e;
            }
            refuse(place, e.getMessage());
        } catch (CancellationException e) {
            LOG.debug("{}: {}", segment.id(), e.getMessage());
        } catch (RuntimeException e) {
            place.refuseForGood();
            LOG.error("Segment {} stays off the GPU", segment.id(), e);
        }
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private void retireReleased() {
        for (Place place = released.poll(); place != null; place = released.poll()) {
            takeOut(place);
        }
    }

    private void takeOut(Place place) {
        ResidentSegment resident = place.resident;
        if (resident != null) {
            place.resident = null;
            onRetired.accept(resident);
        }
    }

    /** Puts a segment in, in place of one that was smaller. */
    private void putIn(Place place, ResidentSegment resident) {
        usedBytes.addAndGet(resident.bytes());
        residentRows.addAndGet(resident.rows());
        resident.use(System.nanoTime());
        takeOut(place);
        place.resident = resident;
        if (place.released) {
            // It was released, and perhaps looked for in vain, while it was copied.
            takeOut(place);
        }
    }

    private void copy(Uploader uploader, Segment segment, Place place) throws InterruptedException {
        Layout layout = new Layout(segment.schema().dimension());
        int rows = segment.rowCount();
        if (!makeRoom(layout.bytes(rows), place)) {
            refuse(place, "the budget of " + (budgetBytes >> 20) + " MiB is in use");
            return;
        }
        boolean l2 = segment.schema().metric() == Metric.L2;
        ResidentSegment resident =
                uploader.upload(layout, rows, l2, source(segment), segment.tombstones());
        if (resident == null) {
            refuseForGood(place);
        } else {
            putIn(place, resident);
        }
    }

    private static Uploader.Source source(Segment segment) {
        return (first, rows, into) -> segment.vectors().read(first, rows, into, 0);
    }

    /** Brings growing segments up to date; tells whether any of them is searched. */
    private boolean followAll(Uploader uploader) throws InterruptedException {
        boolean anyWanted = false;
        for (Segment segment : growing) {
            Place place = places.get(segment);
            if (place == null) {
                growing.remove(segment);
                continue;
            }
            // In this order: what is frozen gets no more rows.
            boolean frozen = segment.isFrozen();
            int rows = segment.rowCount();
            long now = System.nanoTime();
            boolean wanted = place.isWanted(now);
            anyWanted |= wanted && !frozen;
            if (rows > 0 && !place.isRefused(now) && (wanted || frozen)) {
                carefully(segment, place, () -> follow(uploader, segment, place, rows));
            }
            ResidentSegment resident = place.resident;
            if (frozen && (rows == 0 || resident != null && resident.rows() == rows)) {
                growing.remove(segment);
            }
        }
        return anyWanted;
    }

    private void follow(Uploader uploader, Segment segment, Place place, int rows)
            throws InterruptedException {
        boolean l2 = segment.schema().metric() == Metric.L2;
        ResidentSegment current = place.resident;
        if (current == null || current.capacity() < rows) {
            current = enlarge(uploader, segment, place, rows);
        }
        if (current == null || current.rows() == rows) {
            return;
        }
        int before = current.rows();
        if (uploader.append(current, rows, l2, source(segment))) {
            residentRows.addAndGet(rows - before);
        } else {
            refuseForGood(place);
        }
    }

    private @Nullable ResidentSegment enlarge(
            Uploader uploader, Segment segment, Place place, int rows) throws InterruptedException {
        int doubled = Math.max(FOLLOWED_ROWS_MIN, Integer.highestOneBit(rows) * 2);
        int capacity = Math.min(doubled, Math.max(rows, place.rowsMax));
        Layout layout = new Layout(segment.schema().dimension());
        if (!makeRoom(layout.bytes(capacity), place)) {
            refuse(place, "the budget of " + (budgetBytes >> 20) + " MiB is in use");
            return null;
        }
        boolean l2 = segment.schema().metric() == Metric.L2;
        ResidentSegment current = place.resident;
        ResidentSegment larger =
                current == null
                        ? uploader.open(layout, capacity, place.rowsMax, l2, segment.tombstones())
                        : uploader.grow(current, capacity, l2);
        putIn(place, larger);
        return place.resident;
    }

    /** Frees memory until so many bytes fit, sparing one place. */
    private boolean makeRoom(long bytes, Place spared) throws InterruptedException {
        long missing = usedBytes.get() + bytes - budgetBytes;
        if (missing <= 0) {
            return true;
        }
        List<Place> held = new ArrayList<>();
        for (Place place : places.values()) {
            if (place != spared && place.resident != null) {
                held.add(place);
            }
        }
        List<Place> chosen =
                Room.make(
                        held,
                        place -> bytesOf(place.resident),
                        place -> usedAt(place.resident),
                        missing,
                        System.nanoTime());
        if (chosen.isEmpty()) {
            return false;
        }
        for (Place place : chosen) {
            takeOut(place);
        }
        // What came frozen is asked for again by the search that misses it.
        places.values().removeIf(place -> chosen.contains(place) && !place.grows());
        long deadline = System.nanoTime() + ROOM_NANOS;
        while (usedBytes.get() + bytes > budgetBytes) {
            if (closed || System.nanoTime() - deadline > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return true;
    }

    private static long bytesOf(@Nullable ResidentSegment resident) {
        return resident == null ? 0 : resident.bytes();
    }

    private static long usedAt(@Nullable ResidentSegment resident) {
        return resident == null ? System.nanoTime() : resident.usedAtNanos();
    }

    private void refuse(Place place, @Nullable String why) {
        place.refuse(System.nanoTime());
        warn(why);
    }

    private void refuseForGood(Place place) {
        place.refuseForGood();
        warn("components are too large or too small for it");
    }

    private void warn(@Nullable String why) {
        if (System.nanoTime() - loggedAtNanos >= LOG_NANOS) {
            loggedAtNanos = System.nanoTime();
            LOG.warn("A segment stays off the GPU: {}", why);
        }
    }

    /** Ends the thread. Memory goes with the context. False if the thread does not end. */
    public boolean end() {
        closed = true;
        Uploader uploader = uploading;
        if (uploader != null) {
            uploader.stop();
        }
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        places.clear();
        growing.clear();
        waiting.clear();
        return !thread.isAlive();
    }
}
