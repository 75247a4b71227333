namespace Popcorn.StateMap.Tests;

public class SavedAreaTests
{
    [Fact]
    public void ValuesThatFitIntoTheRedZone_LieBelowAPointerThatStays()
    {
        SavedArea area = new([1, 8, 12, 4]);

        Assert.Equal([-8, -16, -32, -40], area.Offsets);
        Assert.Equal((40, 0, -40), (area.Bytes, area.LoweredBytes, area.Lowest));
    }

    [Fact]
    public void MoreThanTheRedZone_LowersThePointerBelowAllOfThem()
    {
        SavedArea most = new(Enumerable.Repeat(8L, 64));
        SavedArea more = new(Enumerable.Repeat(8L, 65));

        Assert.Equal((512, 0, -512), (most.Bytes, most.LoweredBytes, most.Lowest));
        Assert.Equal((520, 528, 8), (more.Bytes, more.LoweredBytes, more.Lowest));
    }

    [Fact]
    public void NoValues_NeedNothing() =>
        Assert.Equal((0, 0), (new SavedArea([]).Bytes, new SavedArea([]).LoweredBytes));
}
