package io.omendb.arch;

import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;

/** What also holds in modules that others build on, and not in programs. */
public final class LibraryRules {
    @ArchTest
    public static final ArchRule nothingIsPrinted =
            GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    private LibraryRules() {}
}
