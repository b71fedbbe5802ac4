package io.omendb.gateway.search;

import com.fasterxml.jackson.core.JsonGenerator;
import io.omendb.OmenException;
import io.omendb.gateway.freshness.Freshness;
import io.omendb.gateway.http.AnswerBytes;
import io.omendb.gateway.shards.Gathered;
import io.omendb.gateway.shards.Packed;
import io.omendb.protocol.v1.Point;
import io.omendb.protocol.v1.SearchResponse;
import io.omendb.record.PointJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The answer to one search.
 *
 * @param hits nearest first; ties by id
 * @param device what searched: cpu, gpu, or cpu+gpu where shards differ
 */
record Found(
        List<Point> hits,
        long tookNanos,
        Freshness freshness,
        int shardsTotal,
        int shardsAnswered,
        String device) {
    private static final Comparator<Point> NEAREST_FIRST =
            (a, b) -> {
                int byDistance = Float.compare(a.getDistance(), b.getDistance());
                return byDistance != 0 ? byDistance : a.getId().compareTo(b.getId());
            };

    /** The k nearest of what all shards found. */
    static List<Point> merge(Gathered<SearchResponse> gathered, int k) {
        List<Point> all = new ArrayList<>();
        gathered.values().forEach(answer -> all.addAll(answer.getHitsList()));
        all.sort(NEAREST_FIRST); // each shard's hits are a sorted run, which this sort merges
        return all.size() <= k ? all : all.subList(0, k);
    }

    /** What searched, in a word. */
    static String device(List<Boolean> answers) {
        long onDevice = answers.stream().filter(used -> used).count();
        if (onDevice == 0) {
            return "cpu";
        }
        return onDevice == answers.size() ? "gpu" : "cpu+gpu";
    }

    /** The same, if it fits into an answer: counts the hits. */
    Found within(AnswerBytes bytes) {
        count(hits, bytes);
        return this;
    }

    /**
     * Counts points as they were read, with what was asked for of each.
     *
     * @throws OmenException TOO_LARGE where they do not fit
     */
    static void count(List<Point> points, AnswerBytes bytes) {
        for (Point point : points) {
            count(point, bytes);
        }
    }

    static void count(Point point, AnswerBytes bytes) {
        bytes.add(
                (long) point.getId().length()
                        + point.getMetadataJson().size()
                        + point.getText().length(),
                point.getVector().size() / Float.BYTES);
    }

    void write(JsonGenerator json, Fields fields) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("hits");
        for (Point hit : hits) {
            writePoint(json, hit, fields);
        }
        json.writeEndArray();
        writeCircumstances(json);
        json.writeEndObject();
    }

    /** Writes how it was found, and how fresh it is. */
    void writeCircumstances(JsonGenerator json) throws IOException {
        json.writeNumberField("took_ms", Math.round(tookNanos / 1e3) / 1e3);
        json.writeStringField("device", device);
        json.writeFieldName("freshness");
        json.writeTree(freshness.json());
        json.writeObjectFieldStart("shards");
        json.writeNumberField("total", shardsTotal);
        json.writeNumberField("answered", shardsAnswered);
        json.writeEndObject();
    }

    /** Writes what was asked for of a point. */
    static void writePoint(JsonGenerator json, Point point, Fields fields) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", point.getId());
        writeFields(json, point, fields);
        json.writeEndObject();
    }

    /** Writes what was asked for of a point, but its id. */
    static void writeFields(JsonGenerator json, Point point, Fields fields) throws IOException {
        if (fields.distance()) {
            json.writeNumberField("distance", point.getDistance());
        }
        if (fields.metadata()) {
            json.writeFieldName("metadata");
            json.writeRawValue(
                    point.getMetadataJson().isEmpty()
                            ? "{}"
                            : point.getMetadataJson().toStringUtf8());
            if (!point.getText().isEmpty()) {
                json.writeStringField("text", point.getText());
            }
        }
        if (fields.vector()) {
            json.writeFieldName("vector");
            PointJson.writeFloats(Packed.vector(point.getVector()), json);
        }
    }
}
