# A right endpoint in Perl: Mojolicious (daemon or hypnotoad), Dancer2 and plain PSGI (Starman). PANORA_SECRET is the secret.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256_hex);
use Cpanel::JSON::XS ();

my $reader = Cpanel::JSON::XS->new->utf8->allow_nonref->max_depth(2048);
my $writer = Cpanel::JSON::XS->new->utf8->allow_nonref->max_depth(2048);

sub same {
    my ($left, $right) = @_;
    return 0 if length $left != length $right;
    my $odd = 0;
    $odd |= ord(substr $left, $_, 1) ^ ord(substr $right, $_, 1) for 0 .. length($left) - 1;
    return $odd == 0;
}

# The status for a body. Perl's hashes forget their order, so objects cannot be signed again: texts are what Panora sends.
sub judge {
    my ($body, $signature) = @_;
    my $event = eval { $reader->decode($body) };
    return 400 if ref $event ne 'HASH' || !defined $event->{data} || ref $event->{data};
    return same(hmac_sha256_hex($writer->encode("$event->{data}"), $ENV{PANORA_SECRET}), $signature // '') ? 200 : 401;
}

sub psgi {
    my ($env) = @_;
    return [405, ['Content-Length' => 0, Allow => 'POST'], []] if $env->{REQUEST_METHOD} ne 'POST';
    my $body = '';
    while ($env->{'psgi.input'}->read(my $part, 65536)) {
        $body .= $part;
        return [413, ['Content-Length' => 0], []] if length $body > 12 * 1024 * 1024;
    }
    my $status = judge($body, $env->{HTTP_PANORA_SIGNATURE});
    return [$status, ['Content-Type' => 'text/plain'], ["$status " . time . "\n"]];
}

sub mojo {
    require Mojolicious::Lite;
    Mojolicious::Lite->import;
    main->can('post')->('/hooks/panora' => sub {
        my $c = shift;
        my $status = judge($c->req->body, $c->req->headers->header('Panora-Signature'));
        $c->render(json => { status => $status, id => $c->req->request_id }, status => $status);
    });
    my $app = main->can('app')->();
    $app->log->level('fatal');
    $app->max_request_size(20 * 1024 * 1024);
    return $app;
}

if (defined(my $port = $ARGV[1])) {
    my $app = mojo();
    $app->start('daemon', '-l', "http://127.0.0.1:$port");
}
\&psgi;
