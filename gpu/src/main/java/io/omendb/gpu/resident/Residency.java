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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which segments are in device memory. Segments are copied there by a thread of this class, within
 * a budget; the longest unused go when others need the room. Any thread may ask; the thread that
 * searches takes what has to go and closes it between searches.
 */
public final class Residency implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Residency.class);
    private static final int QUEUE_MAX = 1 << 16;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long CLOSE_MILLIS = 10_000;
    private static final long PAUSE_MILLIS = 50;

    /** How often rows of growing segments follow, while somebody searches them. */
    private static final long FOLLOW_MILLIS = 2;

    private static final long WANTED_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int FOLLOWED_ROWS_MIN = 4096;

    private final CudaContext context;
    private final long budgetBytes;
    private final Consumer<ResidentSegment> onRetired;
    private final Consumer<CudaException> onLost;
    private final Map<Segment, Place> places = new ConcurrentHashMap<>();
    private final BlockingQueue<Segment> waiting = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Set<Segment> growing = ConcurrentHashMap.newKeySet();
    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicLong residentRows = new AtomicLong();
    private final Thread thread = new Thread(this::run, "omen-gpu-upload");
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
            Consumer<CudaException> onLost) {
        this.context = context;
        this.budgetBytes = budgetBytes;
        this.onRetired = onRetired;
        this.onLost = onLost;
        thread.setDaemon(true);
        thread.start();
    }

    /** Where a segment is: waiting, resident, or refused until a time. */
    private static final class Place {
        /** Rows that a growing segment may have in the end; 0 for one that came frozen. */
        final int rowsMax;

        volatile @Nullable ResidentSegment resident;
        volatile long refusedUntilNanos;
        volatile boolean refused;
        volatile long wantedAtNanos;
        volatile boolean wanted;

        Place(int rowsMax) {
            this.rowsMax = rowsMax;
        }

        boolean isRefused(long nowNanos) {
            return refused && nowNanos - refusedUntilNanos < 0;
        }

        boolean isWanted(long nowNanos) {
            return wanted && nowNanos - wantedAtNanos < WANTED_NANOS;
        }
    }

    /** Asks for a frozen segment to be copied, if it was not asked for before. */
    public void admit(Segment segment) {
        Place known = places.get(segment);
        if (known != null) {
            if (known.rowsMax > 0 || !known.refused || known.isRefused(System.nanoTime())) {
                return;
            }
            known.refused = false;
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
        if (known.rowsMax > 0) {
            known.wantedAtNanos = System.nanoTime();
            known.wanted = true;
        }
        ResidentSegment resident = known.resident;
        return resident == null ? 0 : resident.rows();
    }

    /** Gives a segment's memory back. */
    public void release(Segment segment) {
        Place known = places.remove(segment);
        ResidentSegment resident = known == null ? null : known.resident;
        if (resident != null) {
            retire(resident);
        }
    }

    /** The segment in device memory, or null if it is not there. */
    public @Nullable ResidentSegment find(Segment segment) {
        Place known = places.get(segment);
        return known == null ? null : known.resident;
    }

    /** The same for one that is searched now. */
    public @Nullable ResidentSegment use(Segment segment) {
        ResidentSegment resident = find(segment);
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

    private void retire(ResidentSegment resident) {
        if (resident.retire()) {
            onRetired.accept(resident);
        }
    }

    private void run() {
        Uploader uploader = null;
        try {
            context.use();
            uploader = new Uploader(context);
            long pauseMillis = PAUSE_MILLIS;
            while (!closed) {
                Segment next = waiting.poll(pauseMillis, TimeUnit.MILLISECONDS);
                if (next != null) {
                    copy(uploader, next);
                }
                pauseMillis = followAll(uploader) ? FOLLOW_MILLIS : PAUSE_MILLIS;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (CudaException e) {
            if (!closed) {
                onLost.accept(e);
            }
        } finally {
            close(uploader);
        }
    }

    private void close(@Nullable Uploader uploader) {
        try {
            if (uploader != null) {
                uploader.close();
            }
        } catch (CudaException e) {
            // The device is lost, and its memory with it.
            LOG.debug("closing the upload stream: {}", e.getMessage());
        }
    }

    /** Brings growing segments up to date; tells whether any of them is searched. */
    private boolean followAll(Uploader uploader) throws InterruptedException {
        boolean anyWanted = false;
        for (Segment segment : growing) {
            Place place = places.get(segment);
            // In this order: what is frozen gets no more rows.
            boolean frozen = segment.isFrozen();
            int rows = segment.rowCount();
            if (place == null) {
                growing.remove(segment);
                continue;
            }
            long now = System.nanoTime();
            boolean wanted = place.isWanted(now);
            anyWanted |= wanted && !frozen;
            if (rows == 0 || place.isRefused(now) || !(wanted || frozen)) {
                continue;
            }
            try {
                if (follow(uploader, segment, place, rows) && frozen) {
                    growing.remove(segment);
                }
            } catch (CudaException e) {
                if (!e.isOutOfMemory()) {
                    throw e;
                }
                refuse(place, e.getMessage());
            }
        }
        return anyWanted;
    }

    private boolean follow(Uploader uploader, Segment segment, Place place, int rows)
            throws InterruptedException {
        boolean l2 = segment.schema().metric() == Metric.L2;
        ResidentSegment current = place.resident;
        if (current == null || current.capacity() < rows) {
            ResidentSegment larger = enlarge(uploader, segment, place, rows);
            if (larger == null) {
                return false;
            }
            place.resident = larger;
            if (current != null) {
                retire(current);
            }
            current = larger;
        }
        int before = current.rows();
        boolean added =
                rows == before
                        || uploader.append(
                                current,
                                rows,
                                l2,
                                (first, count, into) ->
                                        segment.vectors().read(first, count, into, 0));
        residentRows.addAndGet(current.rows() - before);
        if (!added) {
            refuse(place, "components are too large for it");
        }
        if (places.get(segment) != place) {
            // Released meanwhile: then nobody else will retire it.
            place.resident = null;
            retire(current);
        }
        return added;
    }

    private @Nullable ResidentSegment enlarge(
            Uploader uploader, Segment segment, Place place, int rows) throws InterruptedException {
        ResidentSegment current = place.resident;
        int capacity = Math.max(FOLLOWED_ROWS_MIN, Integer.highestOneBit(rows) * 2);
        Layout layout = new Layout(segment.schema().dimension());
        long bytes = layout.bytes(capacity);
        if (!makeRoom(bytes)) {
            refuse(place, "the budget of " + (budgetBytes >> 20) + " MiB is in use");
            return null;
        }
        boolean l2 = segment.schema().metric() == Metric.L2;
        ResidentSegment larger =
                current == null
                        ? uploader.open(layout, capacity, place.rowsMax, l2, segment.tombstones())
                        : uploader.grow(current, capacity, l2);
        larger.use(System.nanoTime());
        usedBytes.addAndGet(larger.bytes());
        residentRows.addAndGet(larger.rows());
        return larger;
    }

    private void copy(Uploader uploader, Segment segment) throws InterruptedException {
        Place place = places.get(segment);
        if (place == null || place.resident != null) {
            return;
        }
        Layout layout = new Layout(segment.schema().dimension());
        int rows = segment.rowCount();
        long bytes = layout.bytes(rows);
        if (!makeRoom(bytes)) {
            refuse(place, "the budget of " + (budgetBytes >> 20) + " MiB is in use");
            return;
        }
        usedBytes.addAndGet(bytes);
        ResidentSegment resident = null;
        try {
            resident =
                    uploader.upload(
                            layout,
                            rows,
                            segment.schema().metric() == Metric.L2,
                            (first, count, into) -> segment.vectors().read(first, count, into, 0),
                            segment.tombstones());
            if (resident == null) {
                refuse(place, "components are too large for it");
            }
        } catch (CudaException e) {
            if (!e.isOutOfMemory()) {
                throw e;
            }
            refuse(place, e.getMessage());
        } finally {
            long taken = resident == null ? 0 : resident.bytes();
            usedBytes.addAndGet(taken - bytes);
        }
        if (resident != null) {
            publish(segment, place, resident);
        }
    }

    private void publish(Segment segment, Place place, ResidentSegment resident) {
        resident.use(System.nanoTime());
        residentRows.addAndGet(resident.rows());
        place.resident = resident;
        // Released while it was copied: then nobody else will retire it.
        if (places.get(segment) != place) {
            retire(resident);
        }
    }

    private boolean makeRoom(long bytes) throws InterruptedException {
        long missing = usedBytes.get() + bytes - budgetBytes;
        if (missing <= 0) {
            return true;
        }
        List<Segment> held = new ArrayList<>();
        places.forEach(
                (segment, place) -> {
                    if (place.resident != null) {
                        held.add(segment);
                    }
                });
        List<Segment> chosen =
                Room.make(
                        held,
                        segment -> bytesOf(find(segment)),
                        segment -> usedAt(find(segment)),
                        missing,
                        System.nanoTime());
        if (chosen.isEmpty()) {
            return false;
        }
        chosen.forEach(this::release);
        long deadline = System.nanoTime() + RETRY_NANOS;
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
        place.refusedUntilNanos = System.nanoTime() + RETRY_NANOS;
        place.refused = true;
        if (System.nanoTime() - loggedAtNanos >= LOG_NANOS) {
            loggedAtNanos = System.nanoTime();
            LOG.warn("A segment stays off the GPU: {}", why);
        }
    }

    /** Ends the thread and hands all segments over to be retired. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List.copyOf(places.keySet()).forEach(this::release);
    }
}
