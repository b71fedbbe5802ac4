package io.omendb.client;

import io.omendb.client.OmenClientException.Reason;
import io.omendb.client.point.StoredPoint;
import io.omendb.client.query.Scroll;
import io.omendb.client.query.ScrollPage;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Goes from page to page. Not for several threads. */
final class ScrollIterator implements Iterator<StoredPoint> {
    private final OmenCollection collection;
    private Iterator<StoredPoint> page = Collections.emptyIterator();

    /** The next page; null after the last. */
    private @Nullable Scroll next;

    ScrollIterator(OmenCollection collection, Scroll first) {
        this.collection = collection;
        this.next = first;
    }

    @Override
    public boolean hasNext() {
        // A filter may leave a page empty that is not the last.
        while (!page.hasNext() && next != null) {
            turn(next);
        }
        return page.hasNext();
    }

    private void turn(Scroll asked) {
        ScrollPage answered = collection.scrollPage(asked);
        String cursor = answered.cursor();
        if (cursor != null && cursor.equals(asked.cursor())) {
            throw OmenClientException.failed(
                    Reason.UNREADABLE,
                    "scroll of " + collection.name(),
                    "found the cursor that was asked for, expected a later one: " + cursor,
                    1,
                    null);
        }
        page = answered.points().iterator();
        next = cursor == null ? null : asked.from(cursor);
    }

    @Override
    public StoredPoint next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return page.next();
    }
}
