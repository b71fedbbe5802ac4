package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonValue;
import io.omendb.client.point.Token;
import io.omendb.client.point.Written;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What a query must see. Where that takes longer than the query's timeout, it fails with status
 * 504.
 */
public sealed interface Consistency {

    /** The form the HTTP interface has for it. */
    @JsonValue
    Object json();

    /** What every shard has applied when it is asked. */
    static Consistency eventual() {
        return new Level("eventual");
    }

    /** Only what the last completed checkpoint holds, which no failure takes back. */
    static Consistency committed() {
        return new Level("committed");
    }

    /** All that was in the log when the query arrived, whoever wrote it. */
    static Consistency strong() {
        return new Level("strong");
    }

    /** These writes. */
    static Consistency after(Collection<Token> tokens) {
        return new After(List.copyOf(tokens));
    }

    /** This write. */
    static Consistency after(Written write) {
        return after(write.tokens());
    }

    /** All that was in the log so long before the query arrived: 0 to one day. */
    static Consistency bounded(Duration age) {
        return new Bounded(age);
    }

    /** As {@link #bounded}. */
    static Consistency boundedMs(long age) {
        return bounded(Duration.ofMillis(age));
    }

    /** A level that needs no more than its name. */
    record Level(String name) implements Consistency {
        @Override
        public Object json() {
            return name;
        }
    }

    /** Read your writes. */
    record After(List<Token> tokens) implements Consistency {
        @Override
        public Object json() {
            return Map.of("after", tokens);
        }
    }

    /** At most so stale. */
    record Bounded(Duration age) implements Consistency {
        @Override
        public Object json() {
            return Map.of("bounded_ms", age.toMillis());
        }
    }
}
