package io.omendb.index.shard;

import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.ProbeModel;
import org.jspecify.annotations.Nullable;

/**
 * The index that new rows join.
 *
 * @param codebook its centroids
 * @param model how many lists to probe for a recall
 * @param previous the one before, which older segments may still have; null for none
 */
record IndexState(Codebook codebook, ProbeModel model, @Nullable IndexState previous) {

    /** The index of a shard's first codebook, or of one restored. */
    static IndexState first(Codebook codebook) {
        return new IndexState(codebook, ProbeModel.unmeasured(codebook.lists()), null);
    }

    /** The same shard's next codebook; until it is measured, it is probed like the last. */
    IndexState next(Codebook successor) {
        return new IndexState(
                successor, model.scaled(successor.lists()), new IndexState(codebook, model, null));
    }

    IndexState withModel(ProbeModel measured) {
        return new IndexState(codebook, measured, previous);
    }

    /** The model of a codebook, guessed for one that is not known here. */
    ProbeModel modelOf(Codebook wanted) {
        if (wanted == codebook) {
            return model;
        }
        if (previous != null) {
            return previous.modelOf(wanted);
        }
        // A snapshot from before its shard went to a larger codebook, or a stranger's.
        return wanted.lists() > codebook.lists()
                ? model.scaled(wanted.lists())
                : ProbeModel.unmeasured(wanted.lists());
    }
}
