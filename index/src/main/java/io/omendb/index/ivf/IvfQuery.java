package io.omendb.index.ivf;

import io.omendb.index.kernel.BitCodeKernel;
import io.omendb.index.kernel.DistanceKernel;
import io.omendb.index.kernel.Kernels;

/**
 * One query against the posting lists of one codebook: ranks lists, and tells for the rows of a
 * list how near they can be at best. The scores it works with are squared distances, or negated
 * inner products. Reused by one thread for many queries.
 */
public final class IvfQuery {
    private final BitCodeKernel kernel = Kernels.bitCodes();
    private final BitCodeKernel.QueryScalars scalars = new BitCodeKernel.QueryScalars();
    private final DistanceKernel distances = Kernels.active();
    private final ProbeOrder order = new ProbeOrder();
    private final ListView view = new ListView();
    private float[] rotated = new float[0];
    private float[] residual = new float[0];
    private int[] quantized = new int[0];
    private int[] positions = new int[256];
    private float[] bounds = new float[256];
    private Codebook codebook;
    private boolean innerProduct;
    private float errorWeight;
    private float[] vector = new float[0];
    private int found;

    @SuppressWarnings("NullAway.Init") // start() sets the codebook before anything reads it
    public IvfQuery() {}

    /**
     * Starts over.
     *
     * @param epsilon width of the error bound: an estimate errs by more for about 2 exp(-epsilon² /
     *     2) of the rows
     */
    public void start(Codebook book, float[] query, boolean innerProductScores, float epsilon) {
        codebook = book;
        innerProduct = innerProductScores;
        int n = book.dimension();
        if (rotated.length != n) {
            rotated = new float[n];
            residual = new float[n];
            quantized = new int[kernel.queryInts(n)];
        }
        book.rotation().apply(query, 0, rotated, 0);
        order.start(book, rotated, innerProduct);
        errorWeight = (float) (epsilon / Math.sqrt(n - 1.0));
        if (innerProduct) {
            System.arraycopy(rotated, 0, residual, 0, n);
            kernel.quantize(residual, n, quantized, scalars);
            scalars.a = 0;
            scalars.b = 0.5f;
            scalars.e = errorWeight * (float) Math.sqrt(squares(rotated)) / 2;
        }
    }

    /** Moves to the next list, from near to far. False when there is none left. */
    public boolean next() {
        return order.next();
    }

    /** Moves to the list in a place, 0 for the nearest. False when there are not so many. */
    public boolean at(int place) {
        return order.at(place);
    }

    /** The list moved to. */
    public int list() {
        return order.list();
    }

    /** Score of its centroid. */
    public float listScore() {
        return order.score();
    }

    /** Gets ready to look at entries of the list moved to. */
    public void probe() {
        if (innerProduct) {
            scalars.base = order.score();
            return;
        }
        int n = codebook.dimension();
        float[] centroids = codebook.centroids();
        int from = order.list() * n;
        // The score it was ranked by is a difference of squares that may be much larger than
        // itself.
        scalars.base = distances.squaredL2(rotated, 0, centroids, from, n);
        for (int d = 0; d < n; d++) {
            residual[d] = rotated[d] - centroids[from + d];
        }
        kernel.quantize(residual, n, quantized, scalars);
        scalars.a = 1;
        scalars.b = 1;
        scalars.e = errorWeight * (float) Math.sqrt(scalars.base);
    }

    /**
     * Finds the entries of the list probed whose score may be below a threshold.
     *
     * @param lists where to look
     * @return how many entries there are; see {@link #row} and {@link #bound}
     */
    public int candidates(PostingLists lists, float below) {
        return find(lists, below, scalars.e);
    }

    /** Like {@link #candidates} for all entries, with estimates in place of bounds. */
    public int estimates(PostingLists lists) {
        return find(lists, Float.POSITIVE_INFINITY, 0);
    }

    /** How many entries are below a threshold by their estimates; {@link #row} goes by these. */
    public int nearer(PostingLists lists, float below) {
        return find(lists, below, 0);
    }

    private int find(PostingLists lists, float below, float error) {
        lists.view(order.list(), view);
        if (view.size == 0) {
            return 0;
        }
        int blocks = (view.size + BitCodeKernel.BLOCK - 1) / BitCodeKernel.BLOCK;
        int room = blocks * BitCodeKernel.BLOCK;
        if (positions.length < room) {
            positions = new int[room * 2];
            bounds = new float[room * 2];
        }
        float bounded = scalars.e;
        scalars.e = error;
        found =
                kernel.lowerBounds(
                        view.blocks,
                        view.offset,
                        codebook.dimension() / Integer.SIZE,
                        blocks,
                        quantized,
                        scalars,
                        below,
                        positions,
                        bounds);
        scalars.e = bounded;
        while (found > 0 && positions[found - 1] >= view.size) {
            found--;
        }
        return found;
    }

    /** Row of the i-th candidate. */
    public int row(int i) {
        return view.row(positions[i], codebook.dimension() / Integer.SIZE);
    }

    /** Bound or estimate of the i-th candidate. */
    public float bound(int i) {
        return bounds[i];
    }

    /** An array for one vector, for whoever compares candidates. */
    public float[] vector(int dimension) {
        if (vector.length < dimension) {
            vector = new float[dimension];
        }
        return vector;
    }

    /** Entries of the list last looked at. */
    public int entries() {
        return view.size;
    }

    private static float squares(float[] vector) {
        float sum = 0;
        for (float component : vector) {
            sum += component * component;
        }
        return sum;
    }
}
