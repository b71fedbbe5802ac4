package io.omendb.bench.hybrid;

import io.omendb.bench.hybrid.Packages.Package;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges rankings by normalised discounted cumulative gain (Jarvelin and Kekalainen, 2002) at 10:
 * the gain of a package is how many tags it shares with the one that the query was made from.
 */
public final class TagJudge {
    private static final int RANKS = 10;

    private final Packages packages;
    private final Map<String, List<Integer>> byTag = new HashMap<>();

    public TagJudge(Packages packages) {
        this.packages = packages;
        for (int row = 0; row < packages.size(); row++) {
            for (String tag : packages.get(row).tags()) {
                byTag.computeIfAbsent(tag, any -> new ArrayList<>()).add(row);
            }
        }
    }

    /**
     * The ranking's worth, from 0 to 1.
     *
     * @param asked the package that the query was made from; it is not counted
     * @param ids best first
     */
    public double ndcg(Package asked, List<String> ids) {
        int[] gains =
                ids.stream()
                        .filter(id -> !id.equals(asked.id()))
                        .limit(RANKS)
                        .mapToInt(id -> asked.sharedTags(packages.get(packages.row(id))))
                        .toArray();
        double ideal = dcg(ideal(asked));
        return ideal == 0 ? 0 : dcg(gains) / ideal;
    }

    private int[] ideal(Package asked) {
        Map<Integer, Integer> shared = new HashMap<>();
        int own = packages.row(asked.id());
        for (String tag : asked.tags()) {
            for (int row : byTag.getOrDefault(tag, List.of())) {
                if (row != own) {
                    shared.merge(row, 1, Integer::sum);
                }
            }
        }
        int[] gains = shared.values().stream().mapToInt(gain -> -gain).sorted().toArray();
        return Arrays.stream(gains).limit(RANKS).map(gain -> -gain).toArray();
    }

    private static double dcg(int[] gains) {
        double sum = 0;
        for (int i = 0; i < gains.length; i++) {
            sum += gains[i] / (Math.log(i + 2) / Math.log(2));
        }
        return sum;
    }
}
