package io.omendb.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A streaming runbook in the format of big-ann-benchmarks: under the name of a dataset, {@code
 * max_pts} and steps numbered from 1. {@code insert} and {@code delete} have {@code start}
 * (inclusive) and {@code end} (exclusive); {@code replace} gives tags {@code tags_start} to {@code
 * tags_end} the vectors from {@code ids_start} on; {@code search} runs all queries.
 *
 * @param maxPoints points that live at the same time at most, as the runbook says
 */
record Runbook(int maxPoints, List<Step> steps) {

    /** What a step does. */
    enum Operation {
        INSERT,
        DELETE,
        REPLACE,
        SEARCH;

        String yamlName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * A step.
     *
     * @param start first point, or tag
     * @param end first point, or tag, that is not meant any more
     * @param from vector of the first point
     */
    record Step(int number, Operation operation, int start, int end, int from) {}

    /**
     * Reads a runbook.
     *
     * @throws OmenException MALFORMED naming the step and field that is wrong
     */
    static Runbook read(Path file, String dataset) {
        JsonNode root;
        try {
            root = new YAMLMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.MALFORMED, file + ": not a runbook: " + e.getMessage(), e);
        }
        JsonNode book = root.path(dataset);
        if (!book.isObject()) {
            throw OmenException.malformed(file + ": found no dataset \"" + dataset + "\"");
        }
        List<Step> steps = new ArrayList<>();
        for (int number = 1; book.has(Integer.toString(number)); number++) {
            steps.add(step(file, number, book.get(Integer.toString(number))));
        }
        long numbered = 0;
        for (Iterator<String> names = book.fieldNames(); names.hasNext(); ) {
            numbered += names.next().chars().allMatch(Character::isDigit) ? 1 : 0;
        }
        if (steps.isEmpty() || numbered != steps.size()) {
            throw OmenException.malformed(
                    file + ": " + dataset + " has no step " + (steps.size() + 1));
        }
        if (steps.stream().noneMatch(step -> step.operation == Operation.SEARCH)) {
            throw OmenException.malformed(file + ": " + dataset + " has no search step");
        }
        return new Runbook(book.path("max_pts").asInt(0), steps);
    }

    private static Step step(Path file, int number, JsonNode node) {
        String name = node.path("operation").asText();
        for (Operation operation : Operation.values()) {
            if (!operation.yamlName().equals(name)) {
                continue;
            }
            if (operation == Operation.SEARCH) {
                return new Step(number, operation, 0, 0, 0);
            }
            boolean replaces = operation == Operation.REPLACE;
            // Where only a range is named, its points are replaced by themselves.
            boolean tagged = replaces && !(node.has("start") && !node.has("tags_start"));
            int start = number(file, number, node, tagged ? "tags_start" : "start");
            int end = number(file, number, node, tagged ? "tags_end" : "end");
            int from = tagged ? number(file, number, node, "ids_start") : start;
            int fromEnd = tagged ? number(file, number, node, "ids_end") : end;
            if (fromEnd - from != end - start) {
                throw OmenException.malformed(
                        file
                                + " step "
                                + number
                                + ": found "
                                + (fromEnd - from)
                                + " ids for "
                                + (end - start)
                                + " tags");
            }
            if (end < start) {
                throw OmenException.malformed(
                        file + " step " + number + ": it ends before it starts");
            }
            return new Step(number, operation, start, end, from);
        }
        throw OmenException.malformed(
                file
                        + " step "
                        + number
                        + ": operation: found \""
                        + name
                        + "\", expected insert, delete, replace or search");
    }

    private static int number(Path file, int step, JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isInt() || value.intValue() < 0) {
            throw OmenException.malformed(
                    file
                            + " step "
                            + step
                            + ": "
                            + field
                            + ": found "
                            + (value.isMissingNode() ? "nothing" : value)
                            + ", expected a whole number, at least 0");
        }
        return value.intValue();
    }
}
