package io.omendb.embed;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import io.omendb.arch.HouseRules;
import io.omendb.arch.LibraryRules;
import io.omendb.arch.ModuleClasses;

@AnalyzeClasses(locations = ModuleClasses.class)
class ArchitectureTest {
    @ArchTest static final ArchTests house = ArchTests.in(HouseRules.class);
    @ArchTest static final ArchTests library = ArchTests.in(LibraryRules.class);

    @ArchTest
    static final ArchRule borders =
            HouseRules.noUseOf("org.apache.flink..", "org.apache.kafka..", "com.linecorp..");
}
