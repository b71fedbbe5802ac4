package io.omendb.gateway.chroma;

import com.google.common.collect.Iterables;
import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.freshness.Token;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Packed;
import io.omendb.gateway.shards.Shards;
import io.omendb.protocol.v1.CountRequest;
import io.omendb.protocol.v1.CountResponse;
import io.omendb.protocol.v1.GetRequest;
import io.omendb.protocol.v1.Point;
import io.omendb.protocol.v1.ScrollPosition;
import io.omendb.protocol.v1.ScrollRequest;
import io.omendb.protocol.v1.ScrollResponse.Item;
import io.omendb.protocol.v1.SearchRequest;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Asks the shards for records, and waits for what they answer. Safe for use by any thread. */
final class RecordReader {
    private static final int PAGE = 1_000;
    private static final Comparator<Item> ORDER =
            Comparator.comparing(
                    Item::getPosition,
                    Comparator.comparingInt(ScrollPosition::getKeyGroup)
                            .thenComparing(ScrollPosition::getIdHash, Long::compareUnsigned)
                            .thenComparing(
                                    position -> position.getId().toByteArray(),
                                    Arrays::compareUnsigned));
    private static final Comparator<Point> NEAREST_FIRST =
            Comparator.comparing(Point::getDistance).thenComparing(Point::getId);

    private final Shards shards;
    private final LogEnds ends;
    private final AppliedWait wait;

    RecordReader(Shards shards, LogEnds ends, AppliedWait wait) {
        this.shards = shards;
        this.ends = ends;
        this.wait = wait;
    }

    /** Returns once everything that was written before is applied, whoever wrote it. */
    void awaitWritten(CollectionDefinition collection, Deadline deadline) {
        List<Token> last = ends.of(collection, 0).join().last(collection);
        awaitApplied(collection, last, deadline);
    }

    /** Returns once these writes are applied. */
    void awaitApplied(CollectionDefinition collection, List<Token> tokens, Deadline deadline) {
        wait.until(collection, tokens, deadline).join();
    }

    /**
     * Reads the records of some ids, in their order; what does not exist is left out.
     *
     * @param each says whether to go on
     */
    void byIds(
            CollectionDefinition collection,
            Collection<String> ids,
            boolean vectors,
            Deadline deadline,
            Predicate<Row> each) {
        for (List<String> some : Iterables.partition(ids, PAGE)) {
            for (Row row : some(collection, some, vectors, deadline)) {
                if (!each.test(row)) {
                    return;
                }
            }
        }
    }

    private List<Row> some(
            CollectionDefinition collection, List<String> ids, boolean vectors, Deadline deadline) {
        GetRequest request =
                GetRequest.newBuilder()
                        .setCollection(collection.name())
                        .setGeneration(collection.generation())
                        .addAllIds(ids)
                        .setInclude(include(vectors))
                        .build();
        Map<String, Point> found = new HashMap<>();
        shards.ask(deadline, false, stub -> stub.get(request))
                .join()
                .values()
                .forEach(
                        answer ->
                                answer.getPointsList()
                                        .forEach(point -> found.put(point.getId(), point)));
        List<Row> rows = new ArrayList<>();
        for (String id : ids) {
            Point point = found.get(id);
            if (point != null) {
                rows.add(Row.of(point, 0));
            }
        }
        return rows;
    }

    /**
     * Reads the records that are selected, apart from what offset and limit say: those of ids in
     * their order, others in one that only their ids decide.
     *
     * @param each says whether to go on; is not asked where none is to be selected
     */
    void selected(
            CollectionDefinition collection,
            Selection selection,
            boolean vectors,
            Deadline deadline,
            Predicate<Row> each) {
        if (selection.most() == 0) {
            return;
        }
        Predicate<Row> matching = row -> !selection.matches(row, deadline) || each.test(row);
        Collection<String> ids = selection.ids();
        if (ids != null) {
            byIds(collection, ids, vectors, deadline, matching);
        } else {
            String filter = Pushdown.of(selection.condition(), collection.schema()).json();
            scan(collection, filter, vectors, deadline, matching);
        }
    }

    /**
     * Reads all records that pass a filter, in an order that only their ids decide.
     *
     * @param filterJson empty for all
     * @param each says whether to go on
     */
    void scan(
            CollectionDefinition collection,
            String filterJson,
            boolean vectors,
            Deadline deadline,
            Predicate<Row> each) {
        ScrollRequest.Builder request =
                ScrollRequest.newBuilder()
                        .setCollection(collection.name())
                        .setGeneration(collection.generation())
                        .setFilterJson(filterJson)
                        .setInclude(include(vectors))
                        .setLimit(PAGE);
        List<Item> page;
        do {
            page = page(request.build(), deadline);
            for (Item item : page) {
                deadline.check();
                if (!each.test(Row.of(item.getPoint(), 0))) {
                    return;
                }
            }
            if (!page.isEmpty()) {
                request.setAfter(page.get(page.size() - 1).getPosition());
            }
        } while (page.size() == PAGE);
    }

    private List<Item> page(ScrollRequest request, Deadline deadline) {
        List<Item> items = new ArrayList<>();
        shards.ask(deadline, false, stub -> stub.scroll(request))
                .join()
                .values()
                .forEach(answer -> items.addAll(answer.getItemsList()));
        items.sort(ORDER);
        return items.subList(0, Math.min(PAGE, items.size()));
    }

    /**
     * The k nearest that pass a filter, as the index finds them.
     *
     * @param filterJson empty for all
     */
    List<Row> nearest(
            CollectionDefinition collection,
            float[] vector,
            int k,
            String filterJson,
            boolean vectors,
            Deadline deadline) {
        SearchRequest request =
                SearchRequest.newBuilder()
                        .setCollection(collection.name())
                        .setGeneration(collection.generation())
                        .setVector(Packed.of(vector))
                        .setK(k)
                        .setFilterJson(filterJson)
                        .setInclude(include(vectors))
                        .build();
        Space space = Space.of(collection.schema().metric());
        List<Point> hits = new ArrayList<>();
        shards.ask(deadline, false, stub -> stub.search(request))
                .join()
                .values()
                .forEach(answer -> hits.addAll(answer.getHitsList()));
        hits.sort(NEAREST_FIRST);
        return hits.stream()
                .limit(k)
                .map(hit -> Row.of(hit, space.fromStored(hit.getDistance())))
                .toList();
    }

    long count(CollectionDefinition collection, Deadline deadline) {
        CountRequest request =
                CountRequest.newBuilder()
                        .setCollection(collection.name())
                        .setGeneration(collection.generation())
                        .build();
        return shards.ask(deadline, false, stub -> stub.count(request)).join().values().stream()
                .mapToLong(CountResponse::getCount)
                .sum();
    }

    private static io.omendb.protocol.v1.Include include(boolean vectors) {
        return io.omendb.protocol.v1.Include.newBuilder()
                .setMetadata(true)
                .setVector(vectors)
                .build();
    }
}
