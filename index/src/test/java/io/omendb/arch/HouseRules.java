package io.omendb.arch;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;

/** What holds in every module. */
public final class HouseRules {
    /** Written by protoc. */
    private static final String[] GENERATED = {"io.omendb.protocol.v1..", "io.omendb.v1.."};

    /** Words that name no idea, as whole words of a CamelCase name: Database and Implied pass. */
    private static final Pattern EMPTY_WORD =
            Pattern.compile(
                    ".*(Manager|Helper|Helpers|Util|Utils|Impl|Common|Commons|Base)(?![a-z]).*");

    @ArchTest
    public static final ArchRule packagesHaveNoCycles =
            slices().matching("io.omendb.(**)").should().beFreeOfCycles();

    @ArchTest
    public static final ArchRule onlyKernelsSeeTheVectorApi =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..kernel..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("jdk.incubator.vector..")
                    .because("JVMs without the module must load everything else");

    @ArchTest
    public static final ArchRule classNamesNameAnIdea =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(GENERATED)
                    .should(
                            be(
                                    describe(
                                            "called Manager, Helper, Util, Impl, Common or Base",
                                            HouseRules::hasEmptyWord)));

    @ArchTest
    public static final ArchRule packageNamesNameAnIdea =
            noClasses()
                    .should()
                    .resideInAnyPackage(
                            "..util..", "..utils..", "..common..", "..helper..", "..helpers..");

    @ArchTest
    public static final ArchRule packagesAreNullMarked =
            classes()
                    .that()
                    .resideOutsideOfPackages(GENERATED)
                    .should(resideInANullMarkedPackage())
                    .because("NullAway guards those only");

    private HouseRules() {}

    /** For the borders between modules that Maven cannot see, because the library is there. */
    public static ArchRule noUseOf(String... packages) {
        return noClasses().should().dependOnClassesThat().resideInAnyPackage(packages);
    }

    private static boolean hasEmptyWord(JavaClass type) {
        return EMPTY_WORD.matcher(type.getSimpleName()).matches();
    }

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package marked @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                String message = type.getName() + " is in a package without @NullMarked";
                events.add(new SimpleConditionEvent(type, marked, message));
            }
        };
    }
}
