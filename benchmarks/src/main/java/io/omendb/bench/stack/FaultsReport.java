package io.omendb.bench.stack;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a run showed.
 *
 * @param kills kills in all
 * @param taskManagerKills those that took one TaskManager
 * @param rescales restarts with another number of shards
 * @param writes acknowledged writes
 * @param rows points that must be there in the end
 * @param lost points that are not
 * @param duplicated points that are there more than once, in the end or in any search
 * @param resurrected deleted points that are there
 * @param wrong points that are not as written last, and search hits that never were written so
 * @param rolledBack search hits older than what a search with consistency committed had shown
 * @param committedHits rows that searches with consistency committed returned
 * @param searches searches answered in full
 * @param partial searches answered in part, allowed to be and marked
 * @param refused searches refused or not answered
 * @param unavailableMs after each kill, the time until a search was answered again
 * @param example something that was wrong
 */
record FaultsReport(
        int kills,
        int taskManagerKills,
        int rescales,
        long writes,
        long rows,
        long lost,
        long duplicated,
        long resurrected,
        long wrong,
        long rolledBack,
        long committedHits,
        long searches,
        long partial,
        long refused,
        List<Long> unavailableMs,
        @Nullable String example) {

    boolean isClean() {
        return lost == 0 && duplicated == 0 && resurrected == 0 && wrong == 0 && rolledBack == 0;
    }

    void print(Consumer<String> out) {
        out.accept(
                "%d kills (%d of one TaskManager), %d rescales, %,d writes, %,d rows in the end"
                        .formatted(kills, taskManagerKills, rescales, writes, rows));
        out.accept(
                "%d lost, %d duplicated, %d resurrected, %d wrong; %,d searches answered, %,d in part, %,d refused"
                        .formatted(
                                lost, duplicated, resurrected, wrong, searches, partial, refused));
        out.accept(
                "searchable again after %,d ms (median), %,d ms (longest)"
                        .formatted(
                                FaultsBench.percentile(unavailableMs, 0.5),
                                FaultsBench.percentile(unavailableMs, 1)));
        out.accept("%d of %,d committed rows rolled back".formatted(rolledBack, committedHits));
        if (example != null) {
            out.accept("for example: " + example);
        }
    }

    ObjectNode json() {
        ObjectNode json = GatewayCalls.JSON.createObjectNode();
        json.put("kills", kills);
        json.put("taskmanager_kills", taskManagerKills);
        json.put("rescales", rescales);
        json.put("writes", writes);
        json.put("rows", rows);
        json.put("lost", lost);
        json.put("duplicated", duplicated);
        json.put("resurrected", resurrected);
        json.put("wrong", wrong);
        json.put("committed_rows", committedHits);
        json.put("committed_rolled_back", rolledBack);
        json.put("searches", searches);
        json.put("partial", partial);
        json.put("refused", refused);
        json.put("unavailable_ms_p50", FaultsBench.percentile(unavailableMs, 0.5));
        json.put("unavailable_ms_max", FaultsBench.percentile(unavailableMs, 1));
        return json;
    }
}
