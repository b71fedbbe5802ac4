package io.omendb.gateway.write;

import io.omendb.OmenException;
import io.omendb.gateway.embed.TextVectors;
import io.omendb.gateway.http.Admission;
import io.omendb.gateway.shards.Deadline;
import io.omendb.record.PointBatch;
import io.omendb.record.PointBatch.BadPoint;
import io.omendb.record.PointRules;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/**
 * Gives points that come as texts their vectors. A short text becomes a vector of many kilobytes,
 * so these are bounded as bodies are. Never blocks. Safe for use by any thread.
 */
public final class PointVectors {
    /** A float on its way to Kafka, and the digits it is written with. */
    private static final long BYTES_PER_COMPONENT = 16;

    private final TextVectors texts;
    private final Admission room;

    /**
     * @param bytesMax of vectors that are not written yet; more are refused
     */
    public PointVectors(TextVectors texts, long bytesMax) {
        this.texts = texts;
        this.room = new Admission(Integer.MAX_VALUE, bytesMax);
    }

    /**
     * The points of a batch as they can be written.
     *
     * @return to be released; fails where a point is bad, or the vectors cannot be had
     */
    <P> CompletableFuture<ReadyPoints<P>> ready(
            CollectionDefinition collection,
            WriteForm<P> form,
            PointBatch<P> batch,
            Deadline deadline) {
        CollectionSchema schema = collection.schema();
        PointBatch<P> checked = batch.checked(point -> check(schema, form, point));
        if (!checked.bad().isEmpty()) {
            throw RefusedBatch.of(checked.bad());
        }
        List<P> points = checked.points();
        List<Integer> without = new ArrayList<>();
        List<String> said = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            String text = form.unembedded(schema, points.get(i));
            if (text != null) {
                without.add(i);
                said.add(text);
            }
        }
        if (without.isEmpty()) {
            return CompletableFuture.completedFuture(new ReadyPoints<>(form, points, null));
        }
        Admission.Place place = room.enter(BYTES_PER_COMPONENT * said.size() * schema.dimension());
        return texts.ofPoints(collection, said, deadline)
                .thenApply(
                        vectors ->
                                new ReadyPoints<>(
                                        form, whole(schema, form, points, without, vectors), place))
                .whenComplete(
                        (ready, failure) -> {
                            if (failure != null) {
                                place.close();
                            }
                        });
    }

    /** Also of the text whose vector is to be made, so that a refusal names all that is bad. */
    private static <P> void check(CollectionSchema schema, WriteForm<P> form, P point) {
        form.check(schema, point);
        String text = form.unembedded(schema, point);
        if (text != null) {
            TextVectors.checkText("text", text);
        }
    }

    private static <P> List<P> whole(
            CollectionSchema schema,
            WriteForm<P> form,
            List<P> points,
            List<Integer> without,
            List<float[]> vectors) {
        refuseBad(
                without, i -> PointRules.checkVector(schema, "embedding of text", vectors.get(i)));
        List<P> whole = new ArrayList<>(points);
        for (int i = 0; i < vectors.size(); i++) {
            int place = without.get(i);
            whole.set(place, form.withVector(points.get(place), vectors.get(i)));
        }
        return whole;
    }

    /** Checks one thing after the other; those that fail are named by their places. */
    private static void refuseBad(List<Integer> places, IntConsumer check) {
        List<BadPoint> bad = new ArrayList<>();
        for (int i = 0; i < places.size() && bad.size() < PointBatch.BAD_MAX; i++) {
            try {
                check.accept(i);
            } catch (OmenException e) {
                bad.add(new BadPoint(places.get(i), e));
            }
        }
        if (!bad.isEmpty()) {
            throw RefusedBatch.of(bad);
        }
    }
}
