package io.omendb.gpu;

import io.omendb.gpu.Work.Question;
import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.Stream;
import io.omendb.gpu.exact.Burial;
import io.omendb.gpu.exact.ExactSearch;
import io.omendb.gpu.exact.ListedRows;
import io.omendb.gpu.exact.RerankRequest;
import io.omendb.gpu.exact.RowList;
import io.omendb.gpu.exact.SearchRequest;
import io.omendb.gpu.resident.Residency;
import io.omendb.gpu.resident.ResidentSegment;
import io.omendb.gpu.resident.SegmentTable;
import io.omendb.index.device.DeviceException;
import io.omendb.index.device.Ranking;
import io.omendb.index.segment.Segment;
import io.omendb.schema.Metric;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Answers batches of questions about the same segments. Used by the search thread. */
final class Answering implements AutoCloseable {
    private static final int TABLES_MAX = 64;

    private final Stream stream;
    private final Supplier<Residency> residency;
    private final ExactSearch exact;
    private final ListedRows listed;
    private final Burial burial;

    /** By segments, the longest unused first. */
    private final Map<List<ResidentSegment>, SegmentTable> tables =
            new LinkedHashMap<>(TABLES_MAX, 1, true);

    Answering(CudaContext context, Supplier<Residency> residency) {
        this.stream = context.urgentStream();
        this.residency = residency;
        this.exact = new ExactSearch(context, stream);
        this.listed = new ListedRows(context, stream);
        this.burial = new Burial(context, stream);
    }

    /** What questions must have in common to go together. */
    private record Kind(Class<?> type, Metric metric, List<Segment> segments) {}

    /** Parts questions into those that can be answered together. */
    static List<List<Question>> alike(List<Question> questions) {
        Map<Kind, List<Question>> parted = new LinkedHashMap<>();
        for (Question question : questions) {
            parted.computeIfAbsent(
                            new Kind(question.getClass(), question.metric(), question.segments()),
                            any -> new ArrayList<>())
                    .add(question);
        }
        return List.copyOf(parted.values());
    }

    /**
     * Answers questions that are alike.
     *
     * @throws DeviceException if a segment is not there any more
     */
    void answer(List<Question> questions) throws DeviceException {
        SegmentTable table = table(questions.get(0).segments());
        table.refresh();
        burial.send(table.segments());
        boolean l2 = questions.get(0).metric() == Metric.L2;
        List<RowList> answers =
                questions.get(0) instanceof Work.Search
                        ? exact.run(table, l2, searches(table, questions))
                        : listed.run(table, l2, reranks(table, questions));
        for (int i = 0; i < answers.size(); i++) {
            questions.get(i).pending().answer(ranking(table, answers.get(i)));
        }
    }

    private static List<SearchRequest> searches(SegmentTable table, List<Question> questions) {
        long last = table.firstRow(table.segments().size() - 1);
        List<SearchRequest> requests = new ArrayList<>(questions.size());
        for (Question question : questions) {
            if (question instanceof Work.Search search) {
                requests.add(
                        new SearchRequest(
                                search.query().query(),
                                search.query().k(),
                                search.query().sequence(),
                                last + search.query().lastRows(),
                                search.query().matches()));
            }
        }
        return requests;
    }

    private static List<RerankRequest> reranks(SegmentTable table, List<Question> questions) {
        List<RerankRequest> requests = new ArrayList<>(questions.size());
        for (Question question : questions) {
            if (question instanceof Work.Rerank rerank) {
                int[] rows = new int[rerank.candidates().count()];
                int next = 0;
                for (int s = 0; s < rerank.candidates().rows().length; s++) {
                    int first = (int) table.firstRow(s);
                    for (int row : rerank.candidates().rows()[s]) {
                        rows[next++] = first + row;
                    }
                }
                requests.add(new RerankRequest(rerank.query(), rerank.k(), rows));
            }
        }
        return requests;
    }

    private static Ranking ranking(SegmentTable table, RowList found) {
        int size = found.rows().length;
        int[] segments = new int[size];
        int[] rows = new int[size];
        for (int i = 0; i < size; i++) {
            segments[i] = table.segmentOf(found.rows()[i]);
            rows[i] = (int) (found.rows()[i] - table.firstRow(segments[i]));
        }
        return new Ranking(size, found.scores(), segments, rows);
    }

    private SegmentTable table(List<Segment> segments) throws DeviceException {
        List<ResidentSegment> resident = new ArrayList<>(segments.size());
        for (Segment segment : segments) {
            ResidentSegment found = residency.get().use(segment);
            if (found == null) {
                throw new DeviceException("a segment left the device");
            }
            resident.add(found);
        }
        SegmentTable known = tables.get(resident);
        if (known != null) {
            return known;
        }
        SegmentTable made = SegmentTable.of(List.copyOf(resident), stream);
        tables.put(made.segments(), made);
        if (tables.size() > TABLES_MAX) {
            exact.forgetTables();
            Iterator<SegmentTable> oldest = tables.values().iterator();
            oldest.next().close();
            oldest.remove();
        }
        return made;
    }

    /** Frees a segment, and the tables it is in. No search is under way. */
    void retire(ResidentSegment segment) {
        Iterator<SegmentTable> each = tables.values().iterator();
        while (each.hasNext()) {
            SegmentTable table = each.next();
            if (table.segments().contains(segment)) {
                exact.forgetTables();
                table.close();
                each.remove();
            }
        }
        long bytes = segment.bytes();
        segment.close();
        residency.get().freed(segment, bytes);
    }

    @Override
    public void close() {
        tables.values().forEach(SegmentTable::close);
        tables.clear();
        exact.close();
        listed.close();
        burial.close();
        stream.await();
        stream.close();
    }
}
