package io.omendb.protocol.catalogue;

import java.util.Map;

/** A catalogue that is read as it grows. */
public interface FollowedCatalogue extends Catalogue {

    /** Grows with every change that was read. */
    long version();

    /** The newest generation of every name that was dropped and not created again. */
    Map<String, Long> dropped();
}
