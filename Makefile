# Targets say what they are for in the comment behind their name: `make help` prints those.

SWIFT ?= swift
CONFIGURATION ?= release
# Each has servers and processes of its own: more at once only make each other late.
TESTS_AT_ONCE ?= 10

.DEFAULT_GOAL := help
.PHONY: help packages packages-ops build deb demo test test-ops chaos bench bench-quick bench-micro sanitize lint format clean

help: ## Lists the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

packages: ## Installs the Debian packages that are missing, and says which and why
	@ops/packages

build: packages ## Builds the program: .build/release/resutveksl
	$(SWIFT) build -c $(CONFIGURATION) --product resutveksl

demo: build ## Runs the main job on a private PostgreSQL with fifty sources, and leaves nothing behind
	$$($(SWIFT) build -c $(CONFIGURATION) --show-bin-path)/resutveksl demo

test: packages lint ## Checks the formatting, builds, and runs all tests on PostgreSQL servers of their own
	$(SWIFT) build --build-tests
	@# Runs them, and looks for persons in everything that they logged.
	Tests/logs/check $(SWIFT) test --skip-build --disable-xctest --experimental-maximum-parallelization-width $(TESTS_AT_ONCE)

packages-ops: packages
	@ops/packages ops

deb: packages-ops ## Builds the Debian package, with the Swift runtime inside: .build/deb/resutveksl_*.deb
	@SWIFT="$(SWIFT)" ops/deb

test-ops: deb ## Tries the package and its units on a fresh Debian, under systemd and under cron; needs root
	Tests/ops/run

chaos: packages ## Breaks everything that can break, at length, and proves that nothing is lost (CHAOS="--quick" for a minute)
	$(SWIFT) build -c $(CONFIGURATION) --product resutveksl
	$(SWIFT) build -c $(CONFIGURATION) --product chaos
	$$($(SWIFT) build -c $(CONFIGURATION) --show-bin-path)/chaos $(CHAOS)

bench: packages ## Measures everything beside a bare script and job runners, at length (BENCH="--only drain" for a part)
	$(SWIFT) build -c release --product resutveksl
	$(SWIFT) build -c release --product bench
	mkdir -p Benchmarks/out
	$$($(SWIFT) build -c release --show-bin-path)/bench run --json Benchmarks/out/bench.json --plot Benchmarks/out/bench.svg $(BENCH)

bench-quick: ## The same on a small world, in under three minutes
	@$(MAKE) bench BENCH="--quick $(BENCH)"

bench-micro: packages ## Times the smallest steps (a number, rows, an answer); fails when one takes twice what Benchmarks/Micro/Thresholds says
	cd Benchmarks/Micro && $(SWIFT) package benchmark --no-progress && $(SWIFT) package benchmark thresholds check --no-progress

sanitize: packages ## Runs all tests under ThreadSanitizer and under AddressSanitizer, at length
	for kind in thread address; do \
		$(SWIFT) build --build-tests --sanitize=$$kind --scratch-path .build-$$kind -Xswiftc -DSANITIZE_$$(echo $$kind | tr a-z A-Z) && \
		TSAN_OPTIONS="halt_on_error=1" ASAN_OPTIONS="detect_leaks=0" \
		$(SWIFT) test --skip-build --disable-xctest --experimental-maximum-parallelization-width 6 --sanitize=$$kind --scratch-path .build-$$kind -Xswiftc -DSANITIZE_$$(echo $$kind | tr a-z A-Z) || exit 1; \
	done

lint: ## Checks the formatting
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests Benchmarks/Harness Benchmarks/Micro/Benchmarks Benchmarks/Micro/Package.swift

format: ## Formats the sources in place
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks/Harness Benchmarks/Micro/Benchmarks Benchmarks/Micro/Package.swift

clean: ## Removes what was built
	rm -rf --one-file-system .build .build-thread .build-address
