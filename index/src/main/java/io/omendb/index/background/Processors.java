package io.omendb.index.background;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Numbers of processors, as Linux counts them.
 *
 * @param numbers ascending
 */
public record Processors(List<Integer> numbers) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";

    public Processors {
        numbers = List.copyOf(numbers);
    }

    /** Those that this process may run on; none where that cannot be told, as on other systems. */
    public static Processors allowed() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(ALLOWED)) {
                    return parse(line.substring(ALLOWED.length()));
                }
            }
        } catch (IOException | NumberFormatException e) {
            return new Processors(List.of());
        }
        return new Processors(List.of());
    }

    /**
     * From the form of {@link #toString}.
     *
     * @throws NumberFormatException if it is none
     */
    public static Processors parse(String list) {
        List<Integer> numbers = new ArrayList<>();
        for (String range : list.trim().split(",")) {
            int dash = range.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
            for (int i = first; i <= last; i++) {
                numbers.add(i);
            }
        }
        return new Processors(numbers);
    }

    /** How many. */
    public int count() {
        return numbers.size();
    }

    /** The first of them, half as many, rounded down. */
    public Processors firstHalf() {
        return new Processors(numbers.subList(0, numbers.size() / 2));
    }

    /** The others. */
    public Processors secondHalf() {
        return new Processors(numbers.subList(numbers.size() / 2, numbers.size()));
    }

    /** As {@code taskset} takes them: {@code 0,1,5}. */
    @Override
    public String toString() {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
