package io.omendb.examples;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.omendb.arch.HouseRules;
import io.omendb.arch.ModuleClasses;

@AnalyzeClasses(locations = ModuleClasses.class)
class ArchitectureTest {
    @ArchTest static final ArchTests house = ArchTests.in(HouseRules.class);
}
