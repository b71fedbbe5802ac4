package io.omendb.gateway.shards;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.gateway.shards.InlineSearches.Place;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class InlineSearchesTest {
    private static final int PROCESSORS = 4;
    private static final int SHARDS = 2;
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private final AtomicLong clock = new AtomicLong();
    private final LoopTurns turns = new LoopTurns(4, clock::get);
    private final InlineSearches inline = new InlineSearches(turns, PROCESSORS);

    @Test
    void whileProcessorsAreFree_itIsSpread() {
        turns.refuses(end -> {});
        inline.worked("c", MS);

        assertThat(inline.place("c", SHARDS, 0)).isEqualTo(Place.SPREAD);
        assertThat(inline.place("c", SHARDS, 1)).isEqualTo(Place.SPREAD);
        assertThat(inline.place("c", SHARDS, 2)).isEqualTo(Place.HERE);
        int taken = inline.begin(Place.HERE, SHARDS);
        assertThat(inline.place("c", SHARDS, 1)).isEqualTo(Place.HERE);
        inline.end(taken);
        assertThat(turns.searchesMade()).isEqualTo(1);
    }

    @Test
    void ofATurn_onlyTheFirstIsSpread_theRestIsOthersWhileProcessorsAreFree() {
        Runnable[] end = new Runnable[1];
        turns.refuses(task -> end[0] = task);
        inline.worked("c", MS);

        assertThat(inline.place("c", 1, 0)).as("of one shard").isEqualTo(Place.SPREAD);
        inline.end(inline.begin(Place.SPREAD, SHARDS));
        assertThat(inline.place("c", SHARDS, 0)).isEqualTo(Place.ELSEWHERE);
        assertThat(inline.place("c", 1, 0)).isEqualTo(Place.ELSEWHERE);
        assertThat(inline.place("c", SHARDS, 2)).isEqualTo(Place.HERE);

        end[0].run();
        turns.refuses(task -> {});
        assertThat(inline.place("c", SHARDS, 0)).as("in the next turn").isEqualTo(Place.SPREAD);
    }

    @Test
    void whatIsSpread_takesAProcessorForEachShard() {
        turns.refuses(end -> {});
        inline.worked("c", MS);
        int first = inline.begin(Place.SPREAD, SHARDS);
        int second = inline.begin(Place.SPREAD, SHARDS);

        assertThat(inline.place("c", SHARDS, 0)).isEqualTo(Place.HERE);
        inline.end(first);
        assertThat(inline.place("c", SHARDS, 0)).isNotEqualTo(Place.HERE);
        inline.end(second);
    }

    @Test
    void moreShardsThanProcessors_areSpread_whileAllAreFree() {
        turns.refuses(end -> {});
        inline.worked("c", MS);

        assertThat(inline.place("c", 2 * PROCESSORS, 0)).isEqualTo(Place.SPREAD);
        assertThat(inline.place("c", 2 * PROCESSORS, 1)).isEqualTo(Place.HERE);
    }

    @Test
    void onlyALoopInATurn_makesOne() {
        inline.worked("c", MS);

        assertThat(inline.place("c", SHARDS, 100)).isEqualTo(Place.ELSEWHERE);
        turns.refuses(end -> {});
        assertThat(inline.place("c", SHARDS, 100)).isEqualTo(Place.HERE);
    }

    @Test
    void onlyWhatIsKnownToBeQuick() {
        turns.refuses(end -> {});
        assertThat(inline.place("c", SHARDS, 100)).as("not known").isEqualTo(Place.ELSEWHERE);

        for (int i = 0; i < 200; i++) {
            inline.worked("c", i % 4 == 0 ? 100 * MS : MS);
        }
        assertThat(inline.place("c", SHARDS, 100)).as("but for some").isEqualTo(Place.HERE);
        assertThat(inline.place("another", SHARDS, 100)).isEqualTo(Place.ELSEWHERE);

        for (int i = 0; i < 20; i++) {
            inline.worked("c", 50 * MS);
        }
        assertThat(inline.place("c", SHARDS, 100)).as("not any more").isEqualTo(Place.ELSEWHERE);
        inline.worked("empty", 0);
        for (int i = 0; i < 40; i++) {
            inline.worked("empty", 50 * MS);
        }
        assertThat(inline.place("empty", SHARDS, 100))
                .as("not empty any more")
                .isEqualTo(Place.ELSEWHERE);
    }

    @Test
    void anOverloadedLoop_isAProcessorLess() {
        Runnable[] end = new Runnable[1];
        for (int i = 0; i < 10; i++) {
            for (int search = 0; search < 32; search++) {
                turns.refuses(task -> end[0] = task);
                turns.searches();
                clock.addAndGet(MS);
            }
            end[0].run();
        }
        inline.worked("c", MS);
        turns.refuses(task -> {});

        assertThat(turns.isOverloaded()).isTrue();
        assertThat(inline.place("c", SHARDS, 0)).isEqualTo(Place.SPREAD);
        assertThat(inline.place("c", SHARDS, 1)).isEqualTo(Place.HERE);
        assertThat(inline.place("c", PROCESSORS, 0)).isEqualTo(Place.HERE);
    }
}
