# hookcheck: tells the owner of a webhook endpoint whether it will survive Panora.
#
#   make            build ./build/release/hookcheck (installs nothing; says what is missing)
#   make demo       install what is missing, build, and watch it judge a good and a bad endpoint
#   make test       install what is missing (Criterion and Node), build, run the tests
#   make test-all   the same, and make foreign
#   make foreign    the proof against foreign frameworks and tools (installs Ruby, PHP, Java, Go, Python and
#                   their frameworks; what is too old is skipped)
#   make fresh      the README's two commands, make demo and make test, in a fresh Debian (as root)
#   make check      build and run the tests            (TESTS=sign_ narrows to suites of that name)
#   make sanitize   the same tests under ASan and UBSan, leaks included
#   make threads    the load under ThreadSanitizer
#   make coverage   the same tests, with a line-coverage report
#   make fuzz       each fuzz target for FUZZ_SECONDS
#   make lint       include rule between layers, clang-tidy, cppcheck, formatting
#   make format     let clang-format rewrite the sources
#   make golden     rewrite the example reports, and the lists of words of suites (review the diff)
#   make screenshot  take the README's picture anew with Chromium (make deps-all)
#   make prove      the suites against the right receiver and every fault; that what is written down
#                   of it (fixtures/matrix.json and matrix.md) is what comes out
#   make prove-pairs  the diagnosis of 300 pairs of faults: both causes, or the one that hides the other, and
#                   nothing else (PAIRS=600 SEED=7: so many, drawn by that seed)
#   make matrix     the same, and write it down
#   make hostile    the program against an endpoint that does its worst: time, memory, reports, secrets;
#                   and the receiver beside a crowd of strangers
#   make bench      how fast signed events are made, beside Node and openssl speed, and sent, beside wrk; how fast the
#                   receiver verifies, beside nginx
#   make vectors    remake fixtures/vectors with Node
#   make install    program, manual pages, completions; PREFIX and DESTDIR as usual (also make uninstall)
#   make release    check all that a release needs, and make its packages
#   make deb        a Debian package in build/packages; make dist: the source; make portable: a tarball
#                   with the libraries that slim images lack
#
# One Makefile, no sub-makefiles: every object knows every header it read (-MMD -MP), and each VARIANT
# keeps its objects apart, so that switching costs no `make clean`. V=1 shows the commands.

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share/hookcheck
MANDIR  ?= $(PREFIX)/share/man/man1
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR  ?= $(PREFIX)/share/zsh/vendor-completions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
INSTALL ?= install
VARIANT ?= release
B       := build/$(VARIANT)

LIBS      := libcurl openssl jansson zlib libevent libevent_openssl sqlite3
TEST_LIBS := criterion

# --- what must be there: pkg-config module and the Debian package that has it ---
NEEDS      := libcurl=libcurl4-openssl-dev openssl=libssl-dev jansson=libjansson-dev zlib=zlib1g-dev \
              libevent=libevent-dev libevent_openssl=libevent-dev sqlite3=libsqlite3-dev
NEEDS_TEST := criterion=libcriterion-dev

WITHOUT_LIBS := help vectors vectors-current format-check clean uninstall format layers timeouts deps deps-test deps-all deps-bench deps-lint deps-fresh demo dist test test-all foreign fresh
BUILDING     := $(filter-out $(WITHOUT_LIBS),$(or $(MAKECMDGOALS),all))
# The oldest versions that it is tested with: those of Debian 12.
OLDEST.libcurl := 7.88
OLDEST.openssl := 3.0
OLDEST.jansson := 2.14
OLDEST.libevent := 2.1.12
OLDEST.zlib    := 1.2.11
OLDEST.sqlite3 := 3.40
missing       = $(strip $(foreach n,$(1),$(if $(shell pkg-config \
                --atleast-version=$(or $(OLDEST.$(firstword $(subst =, ,$(n)))),0) $(firstword $(subst =, ,$(n))) \
                2>/dev/null && echo ok),,$(lastword $(subst =, ,$(n))))))
too_old       = $(strip $(foreach n,$(1),$(if $(shell pkg-config --exists $(firstword $(subst =, ,$(n))) 2>/dev/null && \
                ! pkg-config --atleast-version=$(or $(OLDEST.$(firstword $(subst =, ,$(n)))),0) \
                $(firstword $(subst =, ,$(n))) && echo old),$(firstword $(subst =, ,$(n)))>=$(OLDEST.$(firstword $(subst =, ,$(n)))))))
ifneq ($(BUILDING),)
ifeq ($(shell command -v pkg-config 2>/dev/null),)
$(error pkg-config is missing: try `apt-get install pkg-config`, or let `make test` install all that is needed)
endif
MISSING := $(sort $(call missing,$(NEEDS)))
ifneq ($(MISSING),)
ifneq ($(call too_old,$(NEEDS)),)
$(error these libraries are too old; needed are $(call too_old,$(NEEDS)))
endif
$(error missing libraries: try `apt-get install $(MISSING)`, or let `make test` install all that is needed)
endif
endif

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wold-style-definition -Wpointer-arith -Wwrite-strings -Wcast-qual -Wformat=2 \
            -Wvla -Wundef -Wswitch-enum -Wimplicit-fallthrough -Wno-unused-parameter
CFLAGS   ?= -O2 -g
# What makes a mistake of ours harder to use, where the compiler and the machine have it.
compiles = $(shell printf '\043include <stdio.h>\nint x;\n' | $(CC) -O2 -Werror $(1) -x c -c -o /dev/null - 2>/dev/null && echo $(2))
FORTIFY  := -D_FORTIFY_SOURCE=$(or $(call compiles,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3,3),2)
HARDEN   := -fPIE $(foreach flag,-fstack-clash-protection -fcf-protection=full,$(call compiles,$(flag),$(flag)))
HARDEN_LINK := -pie -Wl,-z,relro,-z,now
ALL_CPPFLAGS = -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Iharness $(FORTIFY) $(CPPFLAGS)
ALL_CFLAGS = -std=c17 $(WARNINGS) $(WERROR) -fstack-protector-strong $(HARDEN) $(CFLAGS) $(VARIANT_FLAGS) \
             $(LIB_CFLAGS)
ifneq ($(BUILDING),)
LIB_CFLAGS := $(shell pkg-config --cflags $(LIBS))
LIB_LIBS   := $(shell pkg-config --libs $(LIBS)) -lm
endif
ALL_LDLIBS = $(LIB_LIBS) $(LDLIBS)

VARIANT_FLAGS.sanitize := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
VARIANT_FLAGS.threads  := -O1 -fno-omit-frame-pointer -fsanitize=thread
VARIANT_FLAGS.coverage := -O0 --coverage
VARIANT_FLAGS.fuzz     := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
VARIANT_FLAGS := $(VARIANT_FLAGS.$(VARIANT))
ifneq ($(VARIANT),release)
FORTIFY := -U_FORTIFY_SOURCE
endif

ifneq ($(V),1)
Q := @
say = @printf '  %-6s %s\n' $(1) $(2)
endif

# --- sources: everything in the layers; a new file needs no line here ---
LAYERS   := base http panora sign suite compose result deliver serve receive judge diagnose run load format report prove corpus \
            platform reference cli
SRC      := $(filter-out harness/cli/main.c,$(wildcard $(patsubst %,harness/%/*.c,$(LAYERS))))
TEST_SRC := $(wildcard harness/tests/*.c harness/tests/*/*.c)
FUZZ_SRC := $(wildcard harness/fuzz/fuzz_*.c)
OBJ      := $(patsubst harness/%.c,$(B)/%.o,$(SRC)) $(B)/resources.o
TEST_OBJ := $(patsubst harness/%.c,$(B)/%.o,$(TEST_SRC))
BIN      := $(B)/hookcheck
UNIT     := $(B)/unit-tests
EMBEDDED := $(sort $(wildcard reports/page/* harness/platform/page/*) fixtures/manifest.schema.json fixtures/catches.json fixtures/causes.json \
              $(shell find suites fixtures/events -name '*.json' ! -name '*.schema.json' 2>/dev/null) \
              $(wildcard fixtures/ci/*.yml fixtures/ci/Jenkinsfile fixtures/ci/hookcheck.json fixtures/load/*/*) fixtures/snippets/README.md \
              $(shell find fixtures/snippets -maxdepth 1 -type f ! -name '*.md' ! -name '*.sh' 2>/dev/null))

.DEFAULT_GOAL := all
.PHONY: foreign foreign-diagnoses all help demo test test-all fresh deps-all deps-bench deps-fresh deb dist portable release check vectors-current format-check current sanitize coverage fuzz run-fuzzers lint format golden vectors bench matrix prove prove-pairs layers circles timeouts \
        tidy cppcheck deps deps-test deps-lint install uninstall clean
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BIN)

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

$(BIN): $(B)/cli/main.o $(OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(HARDEN_LINK) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

$(UNIT): $(TEST_OBJ) $(OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(HARDEN_LINK) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS) $(shell pkg-config --libs $(TEST_LIBS))

$(TEST_OBJ): WARNINGS := $(filter-out -Wcast-qual -Wwrite-strings,$(WARNINGS))

$(B)/%.o: harness/%.c Makefile
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The suites and events go into the program, so that one file can be copied to another machine.
$(B)/embed: harness/tools/embed.c
	@mkdir -p $(@D)
	$(Q)$(CC) -O1 -o $@ $<
$(B)/resources.c: $(B)/embed $(EMBEDDED) Makefile
	$(call say,EMBED,$@)
	$(Q)$(B)/embed $(EMBEDDED) > $@
$(B)/resources.o: $(B)/resources.c
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

-include $(patsubst %.o,%.d,$(OBJ) $(TEST_OBJ) $(B)/cli/main.o) $(wildcard $(B)/fuzz/*.d)

# --- installing what is missing: only demo, test and the CI script come here ---
as_root = $(if $(filter 0,$(shell id -u)),,sudo )
define install_packages
	@set -e; wanted=""; \
	for pair in $(1); do pkg-config --exists "$${pair%%=*}" 2>/dev/null || wanted="$$wanted $${pair#*=}"; done; \
	for pair in $(2); do command -v "$${pair%%=*}" >/dev/null 2>&1 || wanted="$$wanted $${pair#*=}"; done; \
	for pair in $(3); do [ -e "$${pair%%=*}" ] || wanted="$$wanted $${pair#*=}"; done; \
	wanted=$$(printf '%s\n' $$wanted | sort -u | tr '\n' ' '); \
	[ -n "$${wanted% }" ] || exit 0; \
	if ! command -v apt-get >/dev/null 2>&1; then \
	    echo "hookcheck needs a C compiler, pkg-config, libcurl, OpenSSL, jansson, libevent, SQLite and (for the tests) Criterion; install them with one of:" >&2; \
	    echo "  dnf install gcc pkgconf-pkg-config libcurl-devel openssl-devel jansson-devel zlib-devel libevent-devel sqlite-devel criterion-devel" >&2; \
	    echo "  apk add build-base pkgconf curl-dev openssl-dev jansson-dev zlib-dev libevent-dev sqlite-dev criterion-dev" >&2; \
	    echo "  brew install pkg-config curl openssl jansson libevent sqlite criterion" >&2; exit 1; fi; \
	echo "installing: $$wanted"; \
	DEBIAN_FRONTEND=noninteractive $(as_root)apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive $(as_root)apt-get install -y -qq --no-install-recommends $$wanted >/dev/null
endef
deps:
	$(call install_packages,$(NEEDS),cc=gcc cc=libc6-dev pkg-config=pkg-config,/etc/ssl/certs/ca-certificates.crt=ca-certificates)
deps-test: deps
	$(call install_packages,$(NEEDS_TEST),node=nodejs)
# The runtimes and frameworks in which the handlers of fixtures/snippets and the verifiers of fixtures/vectors are run;
# Express, Fastify and Next.js come from npm, by the tests themselves.
RUNTIMES   := nginx=nginx haproxy=haproxy caddy=caddy apache2=apache2 varnishd=varnish lighttpd=lighttpd gunicorn=gunicorn uwsgi=uwsgi ruby=ruby puma=puma php=php-cli php-fpm8.2=php-fpm go=golang-go javac=default-jdk-headless \
              unicorn=unicorn thin=thin starman=starman
PYTHON3    := /usr/lib/python3/dist-packages
FRAMEWORKS := $(foreach name,flask django fastapi uvicorn aiohttp falcon gunicorn hypercorn pyramid quart tornado waitress gevent cheroot,$(PYTHON3)/$(name)=python3-$(name)) \
              $(PYTHON3)/cherrypy=python3-cherrypy3 /usr/lib/uwsgi/plugins/python311_plugin.so=uwsgi-plugin-python3 \
              /usr/lib/apache2/modules/libphp8.2.so=libapache2-mod-php \
              $(foreach name,sinatra railties,/usr/share/doc/ruby-$(name)=ruby-$(name)) \
              /usr/share/php/Illuminate/Foundation=php-laravel-framework /usr/bin/phpunit=phpunit \
              /usr/share/java/junit4.jar=junit4 /usr/share/java/jackson-databind.jar=libjackson2-databind-java \
              /usr/share/java/spring3-web.servlet.jar=libspring-web-servlet-java \
              /usr/share/java/jetty9-servlet.jar=libjetty9-java \
              /usr/lib/nginx/modules/ngx_http_lua_module.so=libnginx-mod-http-lua /usr/share/lua/5.1/cjson=lua-cjson \
              /usr/share/perl5/Mojolicious.pm=libmojolicious-perl /usr/share/doc/libcpanel-json-xs-perl=libcpanel-json-xs-perl /usr/share/doc/ruby-webrick=ruby-webrick \
              $(foreach name,gin-gonic/gin labstack/echo,/usr/share/gocode/src/github.com/$(name)=golang-github-$(subst /,-,$(name))-dev)
TOOLS      := xmllint=libxml2-utils npm=npm chromium=chromium locust=python3-locust python3=python3 curl=curl openssl=openssl prove=perl \
              mandoc=mandoc zsh=zsh fish=fish lintian=lintian dpkg-shlibdeps=dpkg-dev strip=binutils
deps-all: deps-test
	$(call install_packages,,$(TOOLS) pytest-3=python3-pytest $(RUNTIMES),$(FRAMEWORKS))
deps-bench: deps
	$(call install_packages,,nginx=nginx wrk=wrk hey=hey node=nodejs openssl=openssl python3=python3,)
deps-lint: deps-all
	$(call install_packages,,clang-tidy=clang-tidy clang-format=clang-format cppcheck=cppcheck clang=clang)
	@clang -fsanitize=fuzzer -x c - -o /dev/null </dev/null 2>&1 | grep -q 'clang_rt' && \
	    DEBIAN_FRONTEND=noninteractive $(as_root)apt-get install -y -qq libclang-rt-dev >/dev/null || true

deps-fresh:
	$(call install_packages,,debootstrap=debootstrap)

# As many jobs as there are cores, unless the user has said how many.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))

demo: deps
	@$(MAKE) --no-print-directory $(JOBS) all
	@harness/tools/demo.sh build/release/hookcheck

# The proof by itself: beside the tests it would be judged by the clock of a busy machine.
test: deps-test
	@$(MAKE) --no-print-directory $(JOBS) check
	@$(MAKE) --no-print-directory prove
# What only a machine with more tools can test: suites in which a test needs one, and the foreign endpoints.
NEEDING = $(shell grep -rl NEED_TOOL harness/tests --include='test_*.c' | xargs grep -ho 'TestSuite.[a-z_0-9]*' | cut -c11- | sort -u | paste -sd'|')
foreign: deps-all
	@$(MAKE) --no-print-directory $(JOBS) check FILTER='@(foreign_*|$(NEEDING))/*'
	@$(MAKE) --no-print-directory foreign-diagnoses
test-all: test foreign

# Endpoints in other frameworks, each with mistakes that the receiver does not have: named, and nothing else claimed. A selection; the whole
# table with `make foreign-diagnoses ROWS=--all`.
foreign-diagnoses: $(BIN)
	@python3 harness/tests/diagnose/foreign/try.py --tool $(BIN) $(ROWS)

# Every hostile behaviour, and every secret in every encoding.
.PHONY: hostile
hostile: $(BIN)
	@node harness/tests/hostile/hostile.mjs $(abspath $(BIN))
	@node harness/tests/hostile/leaks.mjs $(abspath $(BIN))
	@node harness/tests/hostile/crowd.mjs $(abspath $(BIN))

# What a newcomer does, where nothing is installed: README.md, "First run".
fresh: deps-fresh
	@harness/tools/fresh.sh 'apt-get update -qq && apt-get install -qq --no-install-recommends make >/dev/null' \
	    'make demo' 'make test'

# --- tests ---
# Criterion exits 0 when it ran nothing and when a test leaked, and lets a test without a timeout of its
# own hang for ever: all three are failures here. Suites named foreign_... need what a fresh machine
# does not have (other languages, frameworks, npm packages): `make test-all` runs them too.
TEST_SECONDS ?= 2400
FILTER  ?= $(if $(TESTS),$(TESTS)*/*,!(foreign_*)/*)
SKIPPED := $(abspath $(B))/skipped.txt
check: $(UNIT) $(BIN)
	@HOOKCHECK_BIN=$(abspath $(BIN)) HOOKCHECK_SKIPPED=$(SKIPPED) TEST_SECONDS=$(TEST_SECONDS) \
	 harness/tools/check.sh $(UNIT) $(B)/unit-tests.xml '$(FILTER)' $(UNIT_FLAGS)

# One worker: with several the runner itself leaks now and then, which would hide what the tests leak.
sanitize:
	@ASAN_OPTIONS=abort_on_error=1:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 \
	 LSAN_OPTIONS=suppressions=$(CURDIR)/harness/tests/support/lsan.supp:print_suppressions=0 \
	 $(MAKE) --no-print-directory VARIANT=sanitize UNIT_FLAGS=-j1 check

# What uses threads under ThreadSanitizer: the load, with plain and TLS connections.
.PHONY: threads
threads:
	@$(MAKE) --no-print-directory VARIANT=threads build/threads/hookcheck
	@harness/tools/try_threads.sh build/threads/hookcheck

coverage:
	@find build/coverage -name '*.gcda' -delete 2>/dev/null || true
	@$(MAKE) --no-print-directory VARIANT=coverage check
	@gcovr --root . --filter harness/ --exclude harness/tests/ build/coverage --print-summary $(GCOVR_FLAGS)

FUZZ_SECONDS ?= 30
fuzz:
	@$(MAKE) --no-print-directory VARIANT=fuzz CC=clang run-fuzzers
run-fuzzers: $(patsubst harness/fuzz/%.c,$(B)/%,$(FUZZ_SRC))
	@harness/tools/fuzz.sh $(B) $(FUZZ_SECONDS) $^
$(B)/fuzz_%: $(B)/fuzz/fuzz_%.o $(OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

golden: $(UNIT) $(BIN)
	@HOOKCHECK_BIN=$(abspath $(BIN)) HOOKCHECK_WRITE_GOLDEN=1 $(UNIT) --filter '@(report_golden|suite_words|cli_settings_program)/*' --xml=$(B)/golden.xml

.PHONY: screenshot
screenshot: $(BIN)
	@harness/tools/screenshot.sh $(BIN) reports/examples/page.png

# The suites against the right receiver and every fault, and what catches what: for programs, and as a table.
prove: $(BIN)
	@harness/tools/matrix.sh $(BIN) check $(PAIRS)

prove-pairs: PAIRS ?= 300
prove-pairs: SEED ?= 1
prove-pairs: $(BIN)
	@$(BIN) selftest --fault '*' --pairs $(PAIRS) --seed $(SEED)

matrix: $(BIN)
	@harness/tools/matrix.sh $(BIN) write

bench: deps-bench $(BIN)
	@python3 harness/tools/bench.py $(BIN)
	@python3 harness/tools/bench_load.py $(BIN)
	@python3 harness/tools/bench_receive.py $(BIN)
	@python3 harness/tools/bench_truth.py $(BIN)
	@python3 harness/tools/bench_platform.py $(BIN)

vectors:
	@node fixtures/vectors/make.mjs

# What is generated and committed must be what its maker makes now.
current: vectors-current prove
vectors-current:
	@node fixtures/vectors/make.mjs --stdout | cmp -s - fixtures/vectors/vectors.json || \
	    { echo 'fixtures/vectors is not current: run `make vectors`' >&2; exit 1; }

# --- lint ---
C_FILES = $(wildcard harness/*/*.[ch] harness/tests/*/*.[ch])
lint: layers timeouts circles tidy cppcheck format-check

format-check:
	@clang-format --dry-run -Werror $(C_FILES)

format:
	@clang-format -i $(C_FILES)

# A folder includes only itself and folders to its left; each library has its layers.
APART  := receive>deliver deliver>receive serve>deliver deliver>serve
OWNERS := zlib.h:base curl/:deliver event2/:serve,receive,platform openssl/:sign,serve,receive,deliver sqlite3.h:platform \
          jansson.h:base,panora,suite,compose,judge,load,format,report,prove,corpus,platform,reference,cli
layers:
	@awk -v order='$(LAYERS)' -v apart='$(APART)' -v owners='$(OWNERS)' -f harness/tools/layers.awk \
	    $(wildcard $(patsubst %,harness/%/*.[ch],$(LAYERS)))
	@! grep -nE '\bengine_(new|send)\(' $(filter-out harness/run/gate.c,$(wildcard harness/run/*.c)) /dev/null | \
	    sed 's/$$/: in run\/ only the gate sends/' | grep .

# No two source files need each other, but those that a comment defends.
circles: $(OBJ)
	@python3 harness/tools/circles.py $(B) $(OBJ)

timeouts:
	@! grep -L 'TestSuite(.*\.timeout' $(TEST_SRC) /dev/null | grep -v /dev/null | grep -v support/ | \
	    sed 's/$$/: no TestSuite(..., .timeout = ...)/' | grep .
	@! grep -rnE '\.timeout = [0-9]{1,2}\b' harness/tests --include='*.c' | \
	    sed 's/$$/: under 120 s: it is for what hangs, and a busy machine makes nothing hang/' | grep .

tidy:
	@printf '%s\n' $(SRC) harness/cli/main.c | xargs -P $$(nproc) -n 1 sh -c \
	    'clang-tidy --quiet "$$@" -- -std=c17 $(ALL_CPPFLAGS) $(LIB_CFLAGS) 2>/dev/null' tidy

cppcheck:
	@cppcheck --quiet -j $$(nproc) --std=c11 --enable=warning,performance,portability --inline-suppr \
	    --error-exitcode=1 -Iharness $(SRC) harness/cli/main.c

# --- install ---
COMMANDS = $(shell $(BIN) completion --candidates -- help '' | cut -f1)
install: $(BIN)
	umask 022; $(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR) $(DESTDIR)$(BASHDIR) $(DESTDIR)$(ZSHDIR) $(DESTDIR)$(FISHDIR)
	$(INSTALL) -m 0755 $(BIN) $(DESTDIR)$(BINDIR)/hookcheck
	@for page in '' $(COMMANDS); do \
	    $(BIN) manual $$page >$(DESTDIR)$(MANDIR)/hookcheck$${page:+-$$page}.1 || exit 1; done
	$(BIN) completion bash >$(DESTDIR)$(BASHDIR)/hookcheck
	$(BIN) completion zsh >$(DESTDIR)$(ZSHDIR)/_hookcheck
	$(BIN) completion fish >$(DESTDIR)$(FISHDIR)/hookcheck.fish
	@chmod 644 $(DESTDIR)$(MANDIR)/hookcheck*.1 $(DESTDIR)$(BASHDIR)/hookcheck $(DESTDIR)$(ZSHDIR)/_hookcheck $(DESTDIR)$(FISHDIR)/hookcheck.fish
ifneq ($(INSTALL_DATA),no)
	umask 022; $(INSTALL) -d $(DESTDIR)$(DATADIR)
	cp -R suites fixtures $(DESTDIR)$(DATADIR)/
	chmod -R u=rwX,go=rX $(DESTDIR)$(DATADIR)
endif

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/hookcheck $(DESTDIR)$(MANDIR)/hookcheck.1 $(DESTDIR)$(MANDIR)/hookcheck-*.1
	rm -f $(DESTDIR)$(BASHDIR)/hookcheck $(DESTDIR)$(ZSHDIR)/_hookcheck $(DESTDIR)$(FISHDIR)/hookcheck.fish
	rm -rf $(DESTDIR)$(DATADIR)

# --- packages, in build/packages ---
deb: $(BIN)
	@harness/tools/package.sh deb $(BIN)
dist:
	@harness/tools/package.sh dist
# The libraries are looked for beside the program, theirs too: hence DT_RPATH.
portable: $(BIN)
	@$(MAKE) --no-print-directory build/portable/hookcheck
	@harness/tools/package.sh portable build/portable/hookcheck
build/portable/hookcheck: $(B)/cli/main.o $(OBJ)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -Wl,--disable-new-dtags,-rpath,'$$ORIGIN/lib' -o $@ $^ $(ALL_LDLIBS)

# All that must hold before a version is given out.
release:
	@[ -z "$$(git status --porcelain)" ] || { echo 'release: commit first' >&2; exit 1; }
	@version=$$(sed -n 's/^#define HOOKCHECK_VERSION *"\(.*\)"$$/\1/p' harness/result/version.h); \
	    grep -q "^## $$version$$" harness/CHANGELOG.md || { echo "release: harness/CHANGELOG.md has no $$version" >&2; exit 1; }
	@$(MAKE) --no-print-directory lint test-all deb dist portable

clean:
	rm -rf build
