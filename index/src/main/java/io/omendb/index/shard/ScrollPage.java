package io.omendb.index.shard;

import io.omendb.index.filter.Filter;
import io.omendb.index.segment.Segment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The next points of a scroll: those with the lowest keys after a given one. One pass over the
 * rows; a row of a key group past those kept costs one comparison.
 */
final class ScrollPage {
    private final ShardSnapshot snapshot;
    private final int limit;
    private final @Nullable ScrollKey after;

    /** The points kept, the last one on top. */
    private final PriorityQueue<ScrollItem> kept =
            new PriorityQueue<>(Comparator.comparing(ScrollItem::key).reversed());

    ScrollPage(ShardSnapshot snapshot, int limit, @Nullable ScrollKey after) {
        this.snapshot = snapshot;
        this.limit = limit;
        this.after = after;
    }

    /** The points, in order. */
    List<ScrollItem> read(@Nullable Filter filter) {
        List<Segment> segments = snapshot.segments();
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            int rows = snapshot.rows(i);
            BitSet matches = filter == null ? null : filter.match(segment.rows().fields(), rows);
            for (int row = 0; row < rows; row++) {
                if (matches != null) {
                    row = matches.nextSetBit(row);
                    if (row < 0 || row >= rows) {
                        break;
                    }
                }
                offer(segment, row);
            }
        }
        List<ScrollItem> page = new ArrayList<>(kept);
        Collections.sort(page, Comparator.comparing(ScrollItem::key));
        return page;
    }

    private void offer(Segment segment, int row) {
        int keyGroup = segment.rows().keyGroup(row);
        ScrollItem last = kept.size() < limit ? null : kept.peek();
        if ((after != null && keyGroup < after.keyGroup())
                || (last != null && keyGroup > last.key().keyGroup())
                || segment.tombstones().isDead(row, snapshot.sequence())) {
            return;
        }
        ScrollKey key = ScrollKey.of(keyGroup, segment.rows().id(row));
        if ((after != null && key.compareTo(after) <= 0)
                || (last != null && key.compareTo(last.key()) >= 0)) {
            return;
        }
        kept.add(new ScrollItem(key, new Hit(segment, row, 0)));
        if (kept.size() > limit) {
            kept.poll();
        }
    }
}
