package io.omendb.index.ivf;

/** Gathers in which lists the true neighbours of sample queries lie. Used by one thread. */
public final class ProbeModelBuilder {
    private final Codebook codebook;
    private final ProbeOrder order = new ProbeOrder();
    private final float[] rotated;
    private final ListAssigner assigner;
    private final int[] rank;
    private final ProbeCurve[] curves;
    private final boolean innerProduct;
    private int most;

    public ProbeModelBuilder(Codebook codebook, boolean innerProduct) {
        this.codebook = codebook;
        this.innerProduct = innerProduct;
        this.rotated = new float[neighboursWanted() * codebook.dimension()];
        this.assigner = new ListAssigner(codebook, neighboursWanted());
        this.rank = new int[codebook.lists()];
        this.curves = new ProbeCurve[ProbeModel.NEIGHBOURS.length];
        for (int i = 0; i < curves.length; i++) {
            curves[i] = new ProbeCurve(codebook.lists());
        }
    }

    /** Neighbours to find for each sample query. */
    public static int neighboursWanted() {
        return ProbeModel.NEIGHBOURS[ProbeModel.NEIGHBOURS.length - 1];
    }

    /**
     * In which place, counted from 0, a query probes the lists that its neighbours lie in.
     *
     * @param query its components
     * @param nearest the vectors of its neighbours, at most as many as are wanted
     * @return a place for each neighbour
     */
    public int[] places(float[] query, float[][] nearest) {
        codebook.rotation().apply(query, 0, rotated, 0);
        order.start(codebook, rotated, innerProduct);
        for (int i = 0; order.next(); i++) {
            rank[order.list()] = i;
        }
        for (int n = 0; n < nearest.length; n++) {
            codebook.rotation().apply(nearest[n], 0, rotated, n * codebook.dimension());
        }
        int[] places = new int[nearest.length];
        assigner.assign(rotated, places.length, places);
        for (int n = 0; n < places.length; n++) {
            places[n] = rank[places[n]];
        }
        return places;
    }

    /**
     * Adds a sample query. The first is to have as many neighbours as any: those with fewer tell of
     * the nearer ones alone, which lie in fewer lists, and say nothing about more.
     *
     * @param places of its true neighbours, nearest neighbour first
     */
    public void add(int[] places) {
        most = Math.max(most, places.length);
        for (int i = 0; i < curves.length; i++) {
            int neighbours = Math.min(most, ProbeModel.NEIGHBOURS[i]);
            if (places.length >= neighbours) {
                curves[i].add(places, neighbours);
            }
        }
    }

    /**
     * The model.
     *
     * @param rows rows that the shard has
     * @param queries after how many queries, as users make them, the sample was taken of them; 0
     *     where it were rows
     */
    public ProbeModel build(long rows, int queries) {
        float[][] recall = new float[curves.length][];
        for (int i = 0; i < curves.length; i++) {
            recall[i] = curves[i].surely();
        }
        return new ProbeModel(codebook.lists(), 1, recall, rows, queries);
    }
}
